import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileSource } from '../../../../src/model/onnx/byte-source.js';
import { type OnnxModel, readModel } from '../../../../src/model/onnx/graph.js';
import { GraphEdits } from '../../../../src/model/onnx/graph-edits.js';
import { castNode, identityNode, valueInfo } from '../../../../src/model/onnx/graph-parts.js';
import { encodeOnnx } from '../../../http/onnx-writer.js';
import { memorySource } from './memory-source.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-edits-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Larger than what a source reads at once, so that the ends of windows are crossed. */
const BYTES = encodeOnnx({
  nodes: [
    { op: 'Add', inputs: ['x', 'w'], outputs: ['a'] },
    { op: 'ZipMap', domain: 'ai.onnx.ml', inputs: ['a'], outputs: ['y'] },
  ],
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 50_000] }],
  outputs: [{ name: 'y', type: 'float32', wrapping: 'map' }],
  initializers: [
    {
      name: 'w',
      type: 'float32',
      dims: [50_000],
      data: Float32Array.from({ length: 50_000 }, (_, i) => i),
    },
  ],
});

function fromFile(use: (model: OnnxModel) => void): void {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, BYTES);
  const source = new FileSource(path);
  try {
    use(readModel(source));
  } finally {
    source.close();
  }
}

test('without edits the copy is the file', () => {
  fromFile((model) => {
    const edits = new GraphEdits();
    expect(edits.isEmpty).toBe(true);
    expect(edits.applyTo(model).equals(BYTES)).toBe(true);
  });
});

test('what is not edited is copied as it lies', () => {
  fromFile((model) => {
    const [, zipMap] = model.graph.nodes;
    const [output] = model.graph.outputs;
    if (zipMap === undefined || output === undefined) throw new Error('no ZipMap');
    const edits = new GraphEdits();
    edits.prepend(castNode('first', 'second', 1));
    edits.replace(zipMap.field, identityNode('a', 'y'));
    edits.replace(output.field, valueInfo(12, 'y', 1, [undefined, 'C', 3]));
    edits.append(identityNode('y', 'last'));
    const changed = readModel(memorySource(edits.applyTo(model)));
    expect(changed.graph.nodes.map(({ op, inputs }) => [op, ...inputs])).toEqual([
      ['Cast', 'first'],
      ['Add', 'x', 'w'],
      ['Identity', 'a'],
      ['Identity', 'y'],
    ]);
    const [edited] = changed.graph.outputs;
    expect(edited?.type).toEqual({ kind: 'tensor', elementType: 1, shape: [undefined, 'C', 3] });
    expect(changed.opsets).toEqual(model.opsets);
    const weights = (of: OnnxModel): Buffer => {
      const field = of.graph.initializers.get('w')?.field;
      return field === undefined
        ? Buffer.of()
        : Buffer.from(of.source.slice(field.start, field.end));
    };
    expect(weights(changed).equals(weights(model))).toBe(true);
    expect(weights(model).length).toBeGreaterThan(200_000);
  });
});

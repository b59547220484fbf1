import { describe, expect, test } from 'vitest';
import { checkExternalData } from '../../../../../src/model/onnx/external-data.js';
import { type OnnxModel, readModel } from '../../../../../src/model/onnx/graph.js';
import { GraphEdits } from '../../../../../src/model/onnx/graph-edits.js';
import { contentsOf } from '../../../../../src/model/onnx/nested-graphs.js';
import { editForm, externalForm } from '../../../../../src/model/onnx/weights/external-form.js';
import { bytesField, integerField } from '../../../../../src/model/onnx/wire.js';
import { encodeOnnx, type Weights } from '../../../../http/onnx-writer.js';
import { memorySource } from '../memory-source.js';

const FLOATS = Float32Array.from({ length: 1500 }, (_, index) => index / 7);

function modelWith(...initializers: Weights[]): OnnxModel {
  const content = {
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 1500] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1500] }],
    initializers,
  } as const;
  return readModel(memorySource(encodeOnnx(content)));
}

function weights(name: string, data: Weights['data'], type: Weights['type'] = 'float32'): Weights {
  const size = ArrayBuffer.isView(data) ? (data as Float32Array).length : 1500;
  return { name, type, dims: [size], data };
}

function movedNames(model: OnnxModel): string[] {
  return externalForm(model).moved.map(({ initializer }) => initializer.name);
}

describe('what is moved', () => {
  test('large weights, each from the beginning of a page on', () => {
    const form = externalForm(
      modelWith(
        weights('w', FLOATS),
        weights('small', FLOATS.slice(0, 1000)),
        weights('wide', new BigInt64Array(512), 'int64'),
        weights('bytes', new Uint8Array(4097), 'uint8'),
      ),
    );
    expect(form.moved.map(({ initializer, offset }) => [initializer.name, offset])).toEqual([
      ['w', 0],
      ['wide', 8192],
      ['bytes', 12_288],
    ]);
    expect(form.bytes).toBe(20_480);
    expect(form.valueBytes).toBe(6000 + 4096 + 4097);
  });

  test('not texts, nor what lies elsewhere already', () => {
    const elsewhere = { location: 'other', offset: '0', length: '6000' };
    expect(movedNames(modelWith(weights('w', elsewhere)))).toEqual([]);
    const texts = readModel(memorySource(texted()));
    expect(movedNames(texts)).toEqual([]);
  });

  test('also floats that lie in their own field, packed', () => {
    const values = Buffer.from(FLOATS.buffer);
    const packed = bytesField(5, integerField(1, 1500), integerField(2, 1), bytesField(4, values));
    const model = readModel(memorySource(bytesField(7, packed)));
    const [only] = externalForm(model).moved;
    expect(only && model.source.slice(only.values.start, only.values.end)).toEqual(values);
  });

  test('not what does not fill its shape: that is for the runtime to judge', () => {
    expect(movedNames(modelWith({ ...weights('w', FLOATS), dims: [1600] }))).toEqual([]);
    const twice = bytesField(
      5,
      integerField(1, 1500),
      integerField(2, 1),
      bytesField(9, Buffer.from(FLOATS.buffer)),
      bytesField(9, Buffer.from(FLOATS.buffer)),
    );
    expect(movedNames(readModel(memorySource(bytesField(7, twice))))).toEqual([]);
  });
});

/** A tensor of many texts. */
function texted(): Buffer {
  const texts = Array.from({ length: 1500 }, () => bytesField(6, 'text'));
  return bytesField(7, bytesField(5, integerField(1, 1500), integerField(2, 8), ...texts));
}

test('the copy says where its weights are, and keeps all else', () => {
  const model = modelWith(weights('w', FLOATS), weights('small', FLOATS.slice(0, 10)));
  const form = externalForm(model);
  const edits = new GraphEdits();
  editForm(model.source, form, 'some.weights', edits);
  const copy = readModel(memorySource(edits.applyTo(model)));
  const { name, elementType, dims, external } = copy.graph.initializers.get('w') ?? {};
  expect([name, elementType, dims]).toEqual(['w', 1, [1500]]);
  expect([...(external ?? [])]).toEqual([
    ['location', 'some.weights'],
    ['offset', '0'],
    ['length', '6000'],
  ]);
  expect(copy.source.length).toBeLessThan(1000);
  expect(copy.graph.initializers.get('small')?.external).toBeUndefined();
  expect(copy.graph.nodes.map(({ op }) => op)).toEqual(['Add']);
});

test('how much lies in other files is told', () => {
  const { tensors } = contentsOf(modelWith(weights('w', FLOATS)));
  expect(checkExternalData(tensors, '/nowhere')).toBeUndefined();
});

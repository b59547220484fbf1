/** Requests that come together get what each would get alone, whatever the graph computes. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withAllowedSizes } from '../../src/model/allowed-sizes.js';
import { loadModel } from '../../src/model/load-model.js';
import type { PredictContext, TensorModel } from '../../src/model/model.js';
import { findModels } from '../../src/model/repository/repository.js';
import type { Tensors } from '../../src/model/tensor/tensor.js';
import { withNaturalBatches } from '../../src/worker/inference/natural-batch.js';
import { type Graph, type Node, type Weights, writeOnnx } from './onnx-writer.js';

const CONTEXT: PredictContext = {
  requestId: 'r',
  signal: new AbortController().signal,
  isAbandoned: false,
};
const COLUMNS = 3;
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-onnx-batches-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function load(path: string): Promise<TensorModel> {
  const [plan] = findModels(path);
  if (plan === undefined) throw new Error('no plan');
  const logger = { info() {}, warn() {}, error() {} };
  const [model] = await loadModel(plan, { threads: 1, logger, loaded: [] });
  if (model?.kind !== 'tensors') throw new Error('no model of tensors');
  return model;
}

type Outcome = { readonly values: readonly unknown[]; readonly batchRows: number | undefined };

function run(model: TensorModel, inputs: Tensors): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    model.run(inputs, CONTEXT, (error, outputs, _micros, batchRows) => {
      if (error !== undefined) return reject(error);
      const values = Object.values(outputs ?? {}).map(({ shape, data }) => [shape, [...data]]);
      return resolve({ values, batchRows });
    });
  });
}

/** Random rows for requests of 1, 2 and 3 rows. */
function requests(name: string, columns: number): Tensors[] {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  return [1, 2, 3, 1].map((rows) => {
    const data = Float32Array.from({ length: rows * columns }, random);
    return { [name]: { dtype: 'float32', shape: [rows, columns], data } };
  });
}

async function compare(path: string, name: string, columns: number): Promise<number | undefined> {
  const model = await load(path);
  const batching = withNaturalBatches(model) as TensorModel;
  const asked = requests(name, columns);
  const together = await Promise.all(asked.map((inputs) => run(batching, inputs)));
  for (const [index, inputs] of asked.entries()) {
    const alone = await run(model, inputs);
    expect(together[index]?.values).toEqual(alone.values);
  }
  await model.dispose();
  return together[0]?.batchRows;
}

function graph(op: string, inputs: readonly string[], attributes: Node['attributes'] = {}): Graph {
  const integers = (name: string, value: number): Weights => {
    return { name, type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(value)) };
  };
  return {
    nodes: [{ op, inputs, outputs: op === 'TopK' ? ['y', 'index'] : ['y'], attributes }],
    inputs: [{ name: 'x', type: 'float32', shape: ['N', COLUMNS] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['M', 'C'] }],
    initializers: [integers('zero', 0), integers('one', 1)],
  };
}

test.each<[string, Graph, boolean]>([
  ['softmax of columns', graph('Softmax', ['x'], { axis: 1 }), true],
  ['softmax of rows', graph('Softmax', ['x'], { axis: 0 }), false],
  ['mean of columns', graph('ReduceMean', ['x'], { axes: [1] }), true],
  ['mean of rows', graph('ReduceMean', ['x'], { axes: [0] }), false],
  ['running sums of columns', graph('CumSum', ['x', 'one']), true],
  ['running sums of rows', graph('CumSum', ['x', 'zero']), false],
  ['the best column', graph('TopK', ['x', 'one'], { axis: 1 }), true],
  ['the best row', graph('TopK', ['x', 'one'], { axis: 0 }), false],
  ['rows scaled by the range of all', graph('LpNormalization', ['x'], { axis: 0, p: 2 }), false],
])('%s', async (name, content, isTogether) => {
  const folder = join(root, name.replaceAll(' ', '-'));
  mkdirSync(folder);
  writeOnnx(join(folder, 'model.onnx'), content);
  expect(await compare(folder, 'x', COLUMNS)).toBe(isTogether ? 7 : undefined);
});

test.each([['digits-lr'], ['digits-mlp'], ['digits-rf']])(
  'the bundled %s runs requests together',
  async (name) => {
    const folder = new URL(`../../models/${name}`, import.meta.url).pathname;
    const model = await load(folder);
    const [spec] = model.signature.inputs;
    expect(await compare(folder, spec?.name ?? '', 64)).toBe(7);
  },
);

test.each([['digits-lr'], ['digits-mlp'], ['digits-rf']])(
  'the bundled %s, filled up to an allowed size, answers as without, bit by bit',
  async (name) => {
    const folder = new URL(`../../models/${name}`, import.meta.url).pathname;
    const model = await load(folder);
    const sized = withAllowedSizes({ ...model, allowedBatchSizes: [8, 32] }) as TensorModel;
    const batching = withNaturalBatches(sized) as TensorModel;
    const asked = requests(model.signature.inputs[0]?.name ?? '', 64);
    const together = await Promise.all(asked.map((inputs) => run(batching, inputs)));
    for (const [index, inputs] of asked.entries()) {
      const alone = await run(model, inputs);
      expect(together[index]).toEqual({ ...alone, batchRows: 7 });
    }
    await model.dispose();
  },
);

/** A model with shared weights answers as it does with its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/load-model.js';
import type { PredictContext, TensorModel } from '../../src/model/model.js';
import type { ModelPlan } from '../../src/model/model-plan.js';
import { findModels } from '../../src/model/repository/repository.js';
import type { TensorData } from '../../src/model/tensor/tensor.js';
import type { WeightsOptions } from '../../src/model/weights.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { type Graph, type Weights, writeOnnx } from './onnx-writer.js';

const CONTEXT: PredictContext = {
  requestId: 'r',
  signal: new AbortController().signal,
  isAbandoned: false,
};
const COLUMNS = 64;
/** What sharing tells the runtime: only its own layout of the weights adds up in another order. */
const SAME_KERNELS = {
  options: {
    graphOptimizationLevel: 'extended',
    extra: { session: { disable_prepacking: '1' } },
  },
};

function floats(name: string, ...dims: number[]): Weights {
  const length = dims.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length }, (_, index) => Math.sin(index) / 8);
  return { name, type: 'float32', dims, data };
}

/** Weights of several types, above and below a page; some are used through another operator. */
const GRAPH: Graph = {
  nodes: [
    { op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] },
    { op: 'Add', inputs: ['h', 'small'], outputs: ['a'] },
    { op: 'Relu', inputs: ['a'], outputs: ['r'] },
    { op: 'Gemm', inputs: ['r', 'v'], outputs: ['g'], attributes: { transB: 1 } },
    { op: 'Cast', inputs: ['bytes'], outputs: ['cast'], attributes: { to: 1 } },
    { op: 'Mul', inputs: ['g', 'cast'], outputs: ['m'] },
    { op: 'Gather', inputs: ['m', 'places'], outputs: ['y'], attributes: { axis: 1 } },
  ],
  inputs: [{ name: 'x', type: 'float32', shape: ['N', COLUMNS] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 600] }],
  initializers: [
    floats('w', COLUMNS, 128),
    floats('small', 128),
    floats('v', 5000, 128),
    { name: 'bytes', type: 'uint8', dims: [5000], data: new Uint8Array(5000).fill(3) },
    {
      name: 'places',
      type: 'int64',
      dims: [600],
      data: BigInt64Array.from({ length: 600 }, (_, index) => BigInt(index * 8)),
    },
  ],
};

async function load(
  path: string,
  weights: WeightsOptions | undefined,
  told: Partial<ModelPlan> = {},
): Promise<TensorModel> {
  const [plan] = findModels(path);
  if (plan === undefined) throw new Error('no plan');
  const logger = { info() {}, warn() {}, error() {} };
  const options = { threads: 1, logger, loaded: [], ...(weights && { weights }) };
  const [model] = await loadModel({ ...plan, ...told }, options);
  if (model?.kind !== 'tensors') throw new Error('no model of tensors');
  return model;
}

function answer(model: TensorModel, rows: number): Promise<TensorData | undefined> {
  const data = Float32Array.from({ length: rows * COLUMNS }, (_, index) => Math.cos(index));
  return new Promise((resolve, reject) => {
    model.run(
      { x: { dtype: 'float32', shape: [rows, COLUMNS], data } },
      CONTEXT,
      (error, outputs) => {
        if (error === undefined) resolve(outputs?.y?.data);
        else reject(error);
      },
    );
  });
}

function modelFolder(graph: Graph = GRAPH): string {
  const folder = join(temporaryFolder(), 'model');
  mkdirSync(folder);
  writeOnnx(join(folder, 'model.onnx'), graph);
  return folder;
}

function shared(cacheBase: string): WeightsOptions {
  return { choice: 'shared', holders: {}, cacheBases: [cacheBase] };
}

describe('shared weights', () => {
  test('give the same bits as the same kernels with weights of their own', async () => {
    const path = modelFolder();
    const one = await load(path, shared(temporaryFolder()));
    const own = await load(path, undefined, SAME_KERNELS);
    const bytes = 4 * (COLUMNS * 128 + 128 * 5000) + 5000 + 8 * 600;
    expect(one.heldWeights).toEqual({ form: 'shared', bytes });
    expect(own.heldWeights).toEqual({ form: 'private', bytes });
    for (const rows of [1, 7, 64]) expect(await answer(one, rows)).toEqual(await answer(own, rows));
  });

  test('are close to what the runtime computes with a layout of its own', async () => {
    const path = modelFolder();
    const one = (await answer(await load(path, shared(temporaryFolder())), 8)) as Float32Array;
    const own = (await answer(await load(path, undefined), 8)) as Float32Array;
    const apart = one.map((value, at) => Math.abs(value - (own[at] ?? Number.NaN)));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
  });

  test('are mapped where they lie, when that is beside the model already', async () => {
    const data = floats('w', COLUMNS, COLUMNS);
    const external = { location: 'w.data', offset: '0', length: '16384' };
    const path = modelFolder({
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      inputs: [{ name: 'x', type: 'float32', shape: ['N', COLUMNS] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['N', COLUMNS] }],
      initializers: [{ ...data, data: external }],
    });
    writeFileSync(join(path, 'w.data'), data.data as Float32Array);
    const model = await load(path, shared('/nowhere'));
    expect(model.heldWeights).toEqual({ form: 'shared', bytes: 16_384 });
    expect(await answer(model, 2)).toEqual(
      await answer(await load(path, undefined, SAME_KERNELS), 2),
    );
  });

  test('are private where there is no place for them, which is told', async () => {
    const model = await load(modelFolder(), shared('/proc/nowhere'));
    expect(model.heldWeights).toMatchObject({
      form: 'private',
      reason: expect.stringMatching(/--cache-dir.*\/proc/),
    });
    expect((await answer(model, 1))?.length).toBe(600);
  });

  test('what the model says of itself wins', async () => {
    const model = await load(modelFolder(), shared('/nowhere'), { weights: 'private' });
    expect(model.heldWeights).toMatchObject({ form: 'private' });
    expect(model.heldWeights?.reason).toBeUndefined();
  });

  test('a small model has none, and auto leaves it alone', async () => {
    const auto = { ...shared('/nowhere'), choice: 'auto' } as const;
    expect((await load(modelFolder(), auto)).heldWeights?.form).toBe('private');
  });

  test('cannot be asked of what is no ONNX model', async () => {
    const folder = join(temporaryFolder(), 'module');
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.mjs'), 'export const predict = (rows) => rows;');
    await expect(load(folder, undefined, { weights: 'shared' })).rejects.toThrow(
      'is for ONNX models, and this one is of runtime "module"',
    );
  });
});

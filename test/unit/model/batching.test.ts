import { expect, test } from 'vitest';
import { batchingOf, batchSettingOf } from '../../../src/model/batching.js';
import type { TensorModel } from '../../../src/model/model.js';

const FREE = { name: 'x', dtype: 'float32', shape: [-1, 4] } as const;
const FIXED = { ...FREE, shape: [1, 4] };

function model(extra: Partial<TensorModel>): TensorModel {
  return {
    kind: 'tensors',
    name: 'm',
    version: '1',
    runtime: 'onnx',
    isLatest: true,
    labels: [],
    isRetryable: true,
    signature: { inputs: [FREE], outputs: [FREE] },
    run() {},
    dispose: async () => {},
    ...extra,
  };
}

test.each<[string, Partial<TensorModel>, ReturnType<typeof batchingOf>]>([
  ['nothing is known', {}, undefined],
  ['it computes row by row', { isRowWise: true }, { maxRows: 64, maxDelayMs: 0 }],
  ['it is told how many', { maxBatchRows: 16 }, { maxRows: 16, maxDelayMs: 0 }],
  ['its requests may not run twice', { isRowWise: true, isRetryable: false }, undefined],
  ['it is forbidden', { isRowWise: true, maxBatchRows: 1 }, undefined],
  ['sizes are told', { allowedBatchSizes: [1, 8, 32] }, { maxRows: 32, maxDelayMs: 0 }],
  [
    'both are told',
    { allowedBatchSizes: [8, 32], maxBatchRows: 20 },
    { maxRows: 20, maxDelayMs: 0 },
  ],
  [
    'more is told than fits',
    { allowedBatchSizes: [8], maxBatchRows: 20 },
    { maxRows: 8, maxDelayMs: 0 },
  ],
  ['only one row is allowed', { allowedBatchSizes: [1] }, undefined],
  ['it waits', { isRowWise: true, maxBatchDelayMs: 5 }, { maxRows: 64, maxDelayMs: 5 }],
  [
    'an input has no free rows',
    { isRowWise: true, signature: { inputs: [FIXED], outputs: [FREE] } },
    undefined,
  ],
  [
    'an output has none',
    { isRowWise: true, signature: { inputs: [FREE], outputs: [FIXED] } },
    undefined,
  ],
])('how a model batches where %s', (_when, extra, batching) => {
  expect(batchingOf(model(extra))).toEqual(batching);
});

test('a model of raw instances runs each request by itself', () => {
  const { run: _run, signature: _signature, ...rest } = model({ maxBatchRows: 8 });
  expect(batchingOf({ ...rest, kind: 'instances', run() {} })).toBeUndefined();
});

test.each([
  [{}, undefined],
  [{ maxBatchRows: 1 }, undefined],
  [{ maxBatchRows: 2 }, 'maxBatchRows'],
  [{ allowedBatchSizes: [1] }, 'allowedBatchSizes'],
  [{ maxBatchDelayMs: 0 }, undefined],
  [{ maxBatchDelayMs: 5 }, 'maxBatchDelay'],
])('which setting of %j needs rows', (settings, name) => {
  expect(batchSettingOf(settings)).toBe(name);
});

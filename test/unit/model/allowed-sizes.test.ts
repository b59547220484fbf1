import { describe, expect, it } from 'vitest';
import { sizeFor, withAllowedSizes } from '../../../src/model/allowed-sizes.js';
import type { Model, PredictContext, TensorModel } from '../../../src/model/model.js';
import type { Tensors } from '../../../src/model/tensor/tensor.js';

const CONTEXT: PredictContext = {
  requestId: 'r',
  signal: new AbortController().signal,
  isAbandoned: false,
};

type Run = TensorModel['run'];

/** Adds a thousand to each value; notes the rows that each run got. */
function adding(sizes: readonly number[], extra: Partial<TensorModel> = {}, isAtOnce = true) {
  const runs: number[][] = [];
  const run: Run = ({ x }, _context, finish) => {
    const values = x === undefined ? [] : [...(x.data as Float32Array)];
    runs.push(values);
    const data = Float32Array.from(values, (value) => value + 1000);
    const done = () =>
      finish(undefined, { y: { dtype: 'float32', shape: [data.length, 1], data } }, 7);
    if (isAtOnce) done();
    else setImmediate(done);
  };
  const model: TensorModel = {
    kind: 'tensors',
    name: 'adding',
    version: '1',
    runtime: 'onnx',
    isLatest: true,
    labels: [],
    isRetryable: true,
    allowedBatchSizes: sizes,
    signature: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [-1, 1] }],
    },
    run,
    dispose: async () => {},
    ...extra,
  };
  return { model: withAllowedSizes(model), runs };
}

function rows(count: number): Tensors {
  const data = Float32Array.from({ length: count }, (_, n) => n + 1);
  return { x: { dtype: 'float32', shape: [count, 1], data } };
}

function ask(
  model: Model,
  count: number,
): Promise<{ values?: number[]; error?: string; micros: number }> {
  if (model.kind !== 'tensors') throw new Error('a model of tensors is needed');
  return new Promise((resolve) => {
    model.run(rows(count), CONTEXT, (error, outputs, micros) => {
      const data = outputs?.y?.data as Float32Array | undefined;
      if (error !== undefined) resolve({ error: error.message, micros });
      else resolve({ values: [...(data ?? [])], micros });
    });
  });
}

function answers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1001);
}

describe('allowed batch sizes', () => {
  it.each([
    { rows: 1, sizes: [1, 4, 8], ran: [[1]] },
    { rows: 3, sizes: [1, 4, 8], ran: [[1, 2, 3, 3]] },
    { rows: 4, sizes: [4], ran: [[1, 2, 3, 4]] },
    { rows: 2, sizes: [4], ran: [[1, 2, 2, 2]] },
    {
      rows: 5,
      sizes: [2, 3],
      ran: [
        [1, 2, 3],
        [4, 5],
      ],
    },
    {
      rows: 7,
      sizes: [3],
      ran: [
        [1, 2, 3],
        [4, 5, 6],
        [7, 7, 7],
      ],
    },
  ])('$rows rows run as $ran where $sizes are allowed', async ({ rows: count, sizes, ran }) => {
    for (const isAtOnce of [true, false]) {
      const { model, runs } = adding(sizes, {}, isAtOnce);
      expect(await ask(model, count)).toEqual({ values: answers(count), micros: 7 * ran.length });
      expect(runs).toEqual(ran);
    }
  });

  it('go no deeper for each part of a large request', async () => {
    const { model, runs } = adding([1]);
    expect((await ask(model, 20_000)).values).toEqual(answers(20_000));
    expect(runs).toHaveLength(20_000);
  });

  it('pass on what a part says is wrong, and run no other', async () => {
    const failing: Run = (_inputs, _context, finish) =>
      finish(new Error('no') as never, undefined, 3);
    const { model } = adding([2], { run: failing });
    expect(await ask(model, 5)).toEqual({ error: 'no', micros: 3 });
  });

  it('find out a model that does not compute row by row', async () => {
    const data = Float32Array.of(1);
    const run: Run = (_inputs, _context, finish) =>
      finish(undefined, { y: { dtype: 'float32', shape: [1, 1], data } }, 3);
    const { model } = adding([4], { run });
    expect((await ask(model, 3)).error).toMatch(/"adding".*returned 1 rows for a batch of 4/);
  });

  it('leave a run without rows to the model', async () => {
    const { model, runs } = adding([4]);
    expect((await ask(model, 0)).values).toEqual([]);
    expect(runs).toEqual([[]]);
  });

  it('are refused where there are no rows to count, and where replies come in pieces', () => {
    const scalar = { name: 'z', dtype: 'float32', shape: [] } as const;
    const signature = { inputs: [scalar], outputs: [] };
    expect(() => adding([4], { signature })).toThrow(/"z" counts no rows/);
    expect(() => adding([4], { isStreaming: true })).toThrow(/pieces/);
  });

  it.each([
    [[1, 8, 32], 1, 1],
    [[1, 8, 32], 2, 8],
    [[1, 8, 32], 8, 8],
    [[1, 8, 32], 9, 32],
    [[1, 8, 32], 33, 32],
  ])('of %j, %d rows take %d', (sizes, count, size) => {
    expect(sizeFor(sizes, count)).toBe(size);
  });
});

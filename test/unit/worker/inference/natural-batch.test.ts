import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import type { Finish, Model, PredictContext, TensorModel } from '../../../../src/model/model.js';
import type { Tensor, Tensors } from '../../../../src/model/tensor/tensor.js';
import { withNaturalBatches } from '../../../../src/worker/inference/natural-batch.js';
import { PLAIN } from '../plain-model.js';

const CONTEXT = { requestId: 'r', signal: new AbortController().signal, isAbandoned: false };
const FREE = { name: 'x', dtype: 'float32', shape: [-1, -1] } as const;

type Behaviour = (inputs: Tensors) => Tensors;

function numbersOf({ x }: Tensors): Float32Array {
  if (x === undefined) throw new Error('no x');
  return x.data as Float32Array;
}

function rowsOf(inputs: Tensors): number {
  return inputs.x?.shape[0] ?? 0;
}

/** Doubles its input; notes how many rows each run had. */
function doubling(extra: Partial<TensorModel> = {}, behave: Behaviour = double) {
  const runs: number[] = [];
  const model: TensorModel = {
    kind: 'tensors',
    ...PLAIN,
    name: 'doubling',
    isRowWise: true,
    signature: { inputs: [FREE], outputs: [{ ...FREE, name: 'y' }] },
    run(inputs, _context, finish) {
      runs.push(rowsOf(inputs));
      setImmediate(() => {
        try {
          finish(undefined, behave(inputs), 100);
        } catch (error) {
          finish(error as RequestError, undefined, 100);
        }
      });
    },
    ...extra,
  };
  return { model: withNaturalBatches(model), runs };
}

function double(inputs: Tensors): Tensors {
  const data = numbersOf(inputs).map((value) => 2 * value);
  return { y: { dtype: 'float32', shape: inputs.x?.shape ?? [], data } };
}

type Outcome = {
  error?: string | undefined;
  values?: number[];
  runMicros: number;
  batchRows?: number | undefined;
};

/** Runs all of these in one turn, as one read of the link would. */
function runTogether(model: Model, requests: readonly number[][][]): Promise<Outcome[]> {
  if (model.kind !== 'tensors') throw new Error('a model of tensors is needed');
  return Promise.all(
    requests.map(
      (rows) =>
        new Promise<Outcome>((resolve) => {
          const finish: Finish<Tensors> = (error, outputs, runMicros, batchRows) => {
            const values = outputs?.y && [...(outputs.y.data as Float32Array)];
            resolve({ error: error?.message, ...(values && { values }), runMicros, batchRows });
          };
          const shape = [rows.length, rows[0]?.length ?? 0];
          const data = Float32Array.from(rows.flat());
          model.run({ x: { dtype: 'float32', shape, data } }, CONTEXT, finish);
        }),
    ),
  );
}

describe('requests that come together', () => {
  it('run as one batch; each gets its own rows and its share of the time', async () => {
    const { model, runs } = doubling();
    const outcomes = await runTogether(model, [
      [[1, 2]],
      [
        [3, 4],
        [5, 6],
      ],
      [[7, 8]],
    ]);
    expect(runs).toEqual([4]);
    expect(outcomes).toEqual([
      { error: undefined, values: [2, 4], runMicros: 25, batchRows: 4 },
      { error: undefined, values: [6, 8, 10, 12], runMicros: 50, batchRows: 4 },
      { error: undefined, values: [14, 16], runMicros: 25, batchRows: 4 },
    ]);
  });

  it('run apart when their rows differ, and in parts when there are too many', async () => {
    const { model, runs } = doubling({ maxBatchRows: 3 });
    const outcomes = await runTogether(model, [[[1]], [[2]], [[3]], [[4]], [[5, 5]]]);
    expect(runs).toEqual([3, 1, 1]);
    expect(outcomes.map(({ values }) => values)).toEqual([[2], [4], [6], [8], [10, 10]]);
  });

  it('run with those whose rows are like theirs, in whatever order they came', async () => {
    const { model, runs } = doubling();
    const outcomes = await runTogether(model, [[[1]], [[5, 5]], [[2]], [[6, 6]], [[3]]]);
    expect(runs).toEqual([3, 2]);
    expect(outcomes.map(({ values }) => values)).toEqual([[2], [10, 10], [4], [12, 12], [6]]);
  });

  it('never wait: one that comes alone runs alone, a large one runs at once', async () => {
    const { model, runs } = doubling({ maxBatchRows: 2 });
    await runTogether(model, [[[1]]]);
    await runTogether(model, [[[1], [2], [3]]]);
    expect(runs).toEqual([1, 3]);
  });
});

describe('clients that leave', () => {
  it('before their batch has begun take their rows along', async () => {
    const { model, runs } = doubling();
    if (model.kind !== 'tensors') throw new Error('a model of tensors is needed');
    const left = { ...CONTEXT, isAbandoned: true };
    const outcomes = await Promise.all(
      [CONTEXT, left, CONTEXT].map(
        (context, index) =>
          new Promise((resolve) => {
            const data = Float32Array.of(index);
            const x = { dtype: 'float32', shape: [1, 1], data } as const;
            model.run({ x }, context, (error, outputs) =>
              resolve(error?.code ?? [...((outputs?.y?.data ?? []) as Float32Array)]),
            );
          }),
      ),
    );
    expect(outcomes).toEqual([[0], 'CLIENT_CLOSED_REQUEST', [4]]);
    expect(runs).toEqual([2]);
  });

  /** A member, and how its client leaves. */
  function member(requestId: string): { context: PredictContext; leave(): void } {
    const controller = new AbortController();
    const { signal } = controller;
    const context = {
      requestId,
      signal,
      get isAbandoned() {
        return signal.aborted;
      },
    };
    return { context, leave: () => controller.abort() };
  }

  it('abort a batch only when all of them have left', async () => {
    const members = ['a', 'b', 'c'].map(member);
    const seen = await new Promise<PredictContext>((resolve) => {
      const { model } = doubling({ run: (_inputs, context) => resolve(context) });
      if (model.kind !== 'tensors') throw new Error('a model of tensors is needed');
      for (const { context } of members) {
        const data = Float32Array.of(1);
        model.run({ x: { dtype: 'float32', shape: [1, 1], data } }, context, () => {});
      }
    });
    const { signal } = seen;
    members[0]?.leave();
    const states: unknown[] = [[seen.requestId, signal.aborted, seen.isAbandoned]];
    for (const { leave } of members.slice(1)) {
      leave();
      states.push([seen.requestId, signal.aborted, seen.isAbandoned]);
    }
    expect(states).toEqual([
      ['a', false, false],
      ['a', false, false],
      ['a', true, true],
    ]);
  });
});

describe('a batch that fails', () => {
  it('is run again one by one: only the bad member fails', async () => {
    const { model, runs } = doubling({}, (inputs) => {
      if (numbersOf(inputs).includes(13)) throw new RequestError('MODEL_ERROR', 'thirteen');
      return double(inputs);
    });
    const outcomes = await runTogether(model, [[[1]], [[13]], [[3]]]);
    expect(runs).toEqual([3, 1, 1, 1]);
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, 'thirteen', undefined]);
    expect(outcomes[2]?.values).toEqual([6]);
  });

  it('whose outputs are not row by row is not tried again', async () => {
    const { model, runs } = doubling({}, (inputs) => {
      const sum = numbersOf(inputs).reduce((a, b) => a + b, 0);
      return { y: { dtype: 'float32', shape: [1, 1], data: Float32Array.of(sum) } };
    });
    const first = await runTogether(model, [[[1]], [[2]]]);
    const second = await runTogether(model, [[[3]], [[4]]]);
    expect(runs).toEqual([2, 1, 1, 1, 1]);
    expect([...first, ...second].map(({ values }) => values)).toEqual([[1], [2], [3], [4]]);
  });
});

describe('requests that run alone beside others', () => {
  const bias = { name: 'bias', dtype: 'float32', shape: [-1], isOptional: true } as const;
  const one: Tensors = { x: { dtype: 'float32', shape: [1, 1], data: Float32Array.of(1) } };

  it.each<[string, Tensors]>([
    ['one that gives an optional input', { ...one, bias: { ...one.x, shape: [1] } as Tensor }],
    ['one without any row', { x: { dtype: 'float32', shape: [0, 1], data: new Float32Array() } }],
  ])('%s', async (_name, other) => {
    const signature = { inputs: [FREE, bias], outputs: [{ ...FREE, name: 'y' }] };
    const { model, runs } = doubling({ signature });
    if (model.kind !== 'tensors') throw new Error('a model of tensors is needed');
    const outcomes = [one, other, one].map(
      (inputs) =>
        new Promise<number | undefined>((resolve) => {
          model.run(inputs, CONTEXT, (_error, outputs) => resolve(outputs?.y?.shape[0]));
        }),
    );
    const rows = rowsOf(other);
    expect(await Promise.all(outcomes)).toEqual([1, rows, 1]);
    expect(runs).toEqual([rows, 2]);
  });
});

describe('models that do not batch', () => {
  it.each<[string, Partial<TensorModel>]>([
    [
      'a fixed first dimension',
      { signature: { inputs: [{ ...FREE, shape: [1, 2] }], outputs: [] } },
    ],
    ['an operator who forbids it', { maxBatchRows: 1 }],
    ['one of which nobody knows that its rows are apart', { isRowWise: false }],
  ])('%s', async (_name, extra) => {
    const { model, runs } = doubling(extra);
    await runTogether(model, [[[1, 2]], [[3, 4]]]);
    expect(runs).toEqual([1, 1]);
  });
});

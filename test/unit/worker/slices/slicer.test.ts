import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import type { PredictContext } from '../../../../src/model/model.js';
import type { Protocol } from '../../../../src/worker/protocol.js';
import { v1 } from '../../../../src/worker/protocols/v1/exchange.js';
import { v2 } from '../../../../src/worker/protocols/v2/exchange.js';
import { SliceContext } from '../../../../src/worker/slices/slice-context.js';
import {
  askedOf,
  connect,
  looseModel,
  runAt,
  textOf,
  type Worker,
  worker,
  workerWith,
} from './slicing-workers.js';

const ROWS = 300;
const rows = Array.from({ length: ROWS }, (_, row) => [row, row / 7]);
const BODY = { instances: rows };

function team(): { owner: Worker; helper: Worker } {
  const owner = worker();
  const helper = worker();
  connect(owner, helper);
  return { owner, helper };
}

/** What the same request is answered by a worker that cuts nothing. */
function wholeReply(body: object, protocol: Protocol): Promise<string> {
  const { asked } = askedOf(worker().model, body, protocol);
  return new Promise((resolve) => {
    if (asked.kind !== 'tensors') return;
    asked.model.run(asked.exchange.inputs, new SliceContext('r'), (_error, outputs) => {
      if (outputs !== undefined) resolve(textOf(asked.exchange.reply(outputs)));
    });
  });
}

/** Waits until a condition holds that some turns of the event loop bring about. */
async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !holds(); turn += 1) await new Promise(setImmediate);
  expect(holds()).toBe(true);
}

const V2_INPUT = { name: 'x', shape: [ROWS, 2], datatype: 'FP32', data: rows.flat() };

describe('a large request', () => {
  it.each<[string, Protocol, object]>([
    ['by rows', v1, BODY],
    ['by columns', v1, { inputs: rows }],
    ['in v2', v2, { id: 'a', inputs: [V2_INPUT] }],
    ['in v2, one output', v2, { inputs: [V2_INPUT], outputs: [{ name: 'sum' }] }],
    ['in v2, as bytes', v2, { inputs: [V2_INPUT], parameters: { binary_data_output: true } }],
  ])('%s is answered as if one worker had run it, and two did', async (_, protocol, body) => {
    const { owner, helper } = team();
    const { reply } = await runAt(owner, body, { protocol });
    expect(reply).toBe(await wholeReply(body, protocol));
    const sum = [...owner.runs, ...helper.runs].reduce((one, other) => one + other, 0);
    expect(sum).toBe(ROWS);
    expect(helper.runs.length).toBeGreaterThan(3);
  });

  it('of which nobody takes a slice is run by its worker', async () => {
    const owner = worker();
    const { reply } = await runAt(owner, BODY);
    expect(reply).toBe(await wholeReply(BODY, v1));
    expect(owner.link.offers).toEqual(['m/1', '']);
  });

  it('begins with a row of a model that it does not know', async () => {
    const owner = worker();
    await runAt(owner, BODY);
    expect(owner.runs.slice(0, 4)).toEqual([1, 2, 4, 8]);
  });

  it('does not feel its way with a model that it knows', async () => {
    const owner = worker();
    await runAt(owner, BODY);
    const known = owner.runs.length;
    await runAt(owner, BODY);
    expect(owner.runs[known]).toBe(Math.max(...owner.runs));
  });

  it('gets its own slices back where its worker has several such requests', async () => {
    const { owner, helper } = { owner: worker(), helper: worker() };
    const other = { instances: rows.map(([x = 0, y = 0]) => [x + 1000, y]) };
    await runAt(owner, BODY);
    const outcomes = [runAt(owner, BODY, { id: 1 }), runAt(owner, other, { id: 2 })];
    await until(() => owner.link.offers.filter((model) => model !== '').length === 3);
    owner.link.taker?.granted(1, 11);
    owner.link.taker?.granted(2, 12);
    for (const ticket of [12, 11]) {
      helper.link.taker?.slice(ticket, owner.link.sent.get(ticket) ?? Buffer.alloc(0));
      await until(() => helper.link.replies.has(ticket));
      owner.link.taker?.result(ticket, helper.link.replies.get(ticket) ?? Buffer.alloc(0));
    }
    const replies = (await Promise.all(outcomes)).map(({ reply }) => reply);
    expect(replies).toEqual([await wholeReply(BODY, v1), await wholeReply(other, v1)]);
  });

  it('takes back what nobody runs', async () => {
    const owner = worker();
    const outcome = runAt(owner, BODY);
    await until(() => owner.link.offers.length === 1);
    owner.link.taker?.granted(1, 7);
    expect(owner.link.sent.size).toBe(1);
    await until(() => owner.link.offers.length === 2);
    expect(owner.link.offers[1]).toBe('');
    owner.link.taker?.cameBack(7);
    expect((await outcome).reply).toBe(await wholeReply(BODY, v1));
  });

  it('grants nothing any more when it is over', async () => {
    const owner = worker();
    await runAt(owner, BODY);
    owner.link.taker?.granted(1, 9);
    expect(owner.link.declined).toEqual([9]);
    owner.link.taker?.cameBack(9);
    owner.link.taker?.result(9, Buffer.alloc(0));
  });

  it('ends when its client leaves', async () => {
    const owner = worker();
    const context = new SliceContext('r');
    const outcome = runAt(owner, BODY, { context });
    await until(() => owner.runs.length === 3);
    context.abandon();
    expect((await outcome).error).toContain('CLIENT_CLOSED_REQUEST');
    expect(owner.runs.length).toBeLessThan(6);
  });

  it('ends then also while it waits for a slice that does not end', async () => {
    const owner = worker();
    const context = new SliceContext('r');
    const outcome = runAt(owner, BODY, { context });
    await until(() => owner.link.offers.length === 1);
    owner.link.taker?.granted(1, 1);
    await until(() => owner.link.offers.at(-1) === '');
    context.abandon();
    expect((await outcome).error).toContain('CLIENT_CLOSED_REQUEST');
  });
});

describe('a row that fails', () => {
  it.each([0, 17, ROWS - 1])('(row %d) fails as it would in one run', async (bad) => {
    const { owner } = team();
    const instances = rows.map((row, index) => (index === bad ? [-1, -1] : row));
    expect((await runAt(owner, { instances })).error).toBe(`MODEL_ERROR row ${bad} is bad`);
    expect(owner.runs.at(-1)).toBe(ROWS);
  });

  it('is not run again where nothing may be', async () => {
    const owner = worker({ isRetryable: false });
    const instances = rows.map((row, index) => (index === 2 ? [-1, -1] : row));
    expect((await runAt(owner, { instances })).error).toMatch(/^MODEL_ERROR row \d is bad/);
    expect(owner.runs).toEqual([1, 2]);
  });
});

describe('a model', () => {
  it('whose outputs are no rows is run whole, and cut no more', async () => {
    const owner = worker({
      run: (_inputs, _context, finish) => {
        const one = { dtype: 'float64', shape: [1], data: Float64Array.of(1) } as const;
        setImmediate(() => finish(undefined, { twice: one, sum: one }, 1000));
      },
    });
    const { asked } = askedOf(owner.model, { inputs: rows });
    expect(owner.slicer.isWorthSlicing(asked)).toBe(true);
    const { reply } = await runAt(owner, { inputs: rows });
    expect(reply).toBe('{"outputs":{"twice":[1],"sum":[1]}}');
    expect(owner.slicer.isWorthSlicing(asked)).toBe(false);
  });

  it.each<[string, Parameters<typeof worker>[0], boolean]>([
    ['known to compute row by row', {}, true],
    ['that says no', { dataParallel: false }, false],
    ['not known to', { isRowWise: false }, false],
    ['not known to, but batching', { isRowWise: false, maxBatchRows: 8 }, true],
    ['that may not run twice', { isRowWise: false, maxBatchRows: 8, isRetryable: false }, true],
    ['not known to, but saying yes', { isRowWise: false, dataParallel: true }, true],
    ['that streams', { isStreaming: true }, false],
  ])('%s', (_, traits, isCut) => {
    const { slicer, model } = worker(traits);
    expect(slicer.isWorthSlicing(askedOf(model, BODY).asked)).toBe(isCut);
  });

  it('that is quick is not cut', () => {
    const { slicer, model } = worker();
    slicer.ran(model, 100, 100);
    expect(slicer.isWorthSlicing(askedOf(model, BODY).asked)).toBe(false);
  });
});

describe('a model without a signature that says yes', () => {
  const text = `{"instances":[${rows.map(([x]) => `[${x === 0 ? '-0' : x},${x},1e999]`).join()}]}`;
  const answer = JSON.stringify({
    predictions: rows.map(([x]) => ({ text: `von ${x === 0 ? 'minus' : x}`, also: x, huge: null })),
  });

  it('is run by two, and answered as by one', async () => {
    const owner = workerWith(looseModel());
    const helper = workerWith(looseModel());
    connect(owner, helper);
    expect((await runAt(owner, text)).reply).toBe(answer);
    expect(helper.runs.length).toBeGreaterThan(3);
  });

  it('fails as in one run, of which the model has what came', async () => {
    const owner = workerWith(looseModel());
    connect(owner, workerWith(looseModel()));
    const instances = rows.map(([x], row) => [row === 211 ? -1 : x, 1]);
    expect((await runAt(owner, { instances })).error).toBe('MODEL_ERROR row 211 is bad');
    expect(owner.runs.at(-1)).toBe(ROWS);
  });

  it('and fails in parts only is answered by the run of all, and cut no more', async () => {
    const seen: unknown[][] = [];
    const owner = workerWith(
      looseModel({
        run: (instances, _context, finish) => {
          seen.push(structuredClone(instances) as unknown[]);
          for (const row of instances as number[][]) row[0] = 99;
          const error = new RequestError('MODEL_ERROR', 'expected all of them');
          if (instances.length < ROWS) finish(error, undefined, 1);
          else finish(undefined, instances.slice(), 1);
        },
      }),
    );
    const { reply } = await runAt(owner, { instances: rows });
    expect(seen.at(-1)).toEqual(rows);
    expect(JSON.parse(reply ?? '').predictions).toHaveLength(ROWS);
    const { asked } = askedOf(owner.model, { instances: rows });
    expect(owner.slicer.isWorthSlicing(asked)).toBe(false);
  });

  it.each<[string, Parameters<typeof looseModel>[0], boolean]>([
    ['yes', {}, true],
    ['no', { dataParallel: false }, false],
    ['yes, and streams', { isStreaming: true }, false],
  ])('is cut where it says %s', (_, traits, isCut) => {
    const { slicer, model } = workerWith(looseModel(traits));
    expect(slicer.isWorthSlicing(askedOf(model, { instances: rows }).asked)).toBe(isCut);
  });

  it('is not cut where it says nothing: it may look at all of its instances', () => {
    const { model } = looseModel();
    const { dataParallel: _, ...silent } = model;
    const { slicer } = workerWith({ model: silent, runs: [] });
    expect(slicer.isWorthSlicing(askedOf(silent, { instances: rows }).asked)).toBe(false);
  });
});

describe('a module with a signature', () => {
  it('may write into its inputs: what is run once more is what came', async () => {
    const owner = worker({
      isRowWise: false,
      maxBatchRows: 8,
      run: ({ x }, _context, finish) => {
        const data = x?.data as Float32Array;
        const first = Float64Array.from(data.filter((_, at) => at % 2 === 0));
        data.fill(7);
        const rowsOf = first.length < ROWS ? 1 : ROWS;
        const sum = { dtype: 'float64', shape: [rowsOf], data: first } as const;
        setImmediate(() => finish(undefined, { sum, twice: sum }, 1));
      },
    });
    const { reply } = await runAt(owner, { inputs: rows });
    const { outputs } = JSON.parse(reply ?? '') as { outputs: { sum: number[] } };
    expect(outputs.sum).toEqual(rows.map(([x]) => x));
  });
});

describe('a helper', () => {
  it('is told when nobody waits for its slice any more', async () => {
    const { owner } = team();
    void runAt(owner, BODY);
    await until(() => owner.link.sent.size === 1);
    const [ticket, body] = [...owner.link.sent][0] ?? [0, Buffer.alloc(0)];
    let seen: PredictContext | undefined;
    const helper = worker({ run: (_inputs, context) => (seen = context) });
    helper.link.taker?.slice(ticket, body);
    helper.link.taker?.cancelled(ticket + 1);
    expect(seen?.isAbandoned).toBe(false);
    helper.link.taker?.cancelled(ticket);
    expect([seen?.isAbandoned, seen?.signal.aborted]).toEqual([true, true]);
  });

  it('that holds no such model says that it failed', async () => {
    const { owner, helper } = team();
    owner.link.onChange = () => {};
    void runAt(owner, BODY);
    await until(() => owner.link.offers.length === 1);
    owner.link.taker?.granted(1, 1);
    const body = owner.link.sent.get(1) ?? Buffer.alloc(0);
    const other = worker({ name: 'other' });
    other.link.taker?.slice(1, body);
    expect(other.link.replies.size).toBe(1);
    helper.link.taker?.cancelled(1);
  });
});

import { describe, expect, it, test } from 'vitest';
import { Estimate } from '../../../../src/queue/fleet/estimate.js';
import { WorkerLoad } from '../../../../src/queue/fleet/worker-load.js';
import { ModelLimits } from '../../../../src/queue/waiting/model-limits.js';
import { FakeRequest } from '../fake-request.js';

const WORK_AHEAD_MS = 1;

/** A worker that got these at time 0; `spreadMs` is how far run times stray from the estimate. */
function loadOf(estimates: readonly number[], spreadMs = 0): WorkerLoad<FakeRequest, string> {
  const load = new WorkerLoad<FakeRequest, string>('A', 0);
  for (const [index, estimateMs] of estimates.entries()) {
    const request = new FakeRequest(index + 1);
    request.estimateMs = estimateMs;
    request.estimate = new Estimate();
    for (let n = 0; n < 400; n += 1) {
      request.estimate.observe(100, estimateMs + (n % 2 === 0 ? spreadMs : -spreadMs));
    }
    load.take(request, 0);
  }
  return load;
}

describe('work in front', () => {
  it.each([
    { estimates: [], nowMs: 5, expected: 0 },
    { estimates: [0.5], nowMs: 0, expected: 0.5 },
    { estimates: [0.5, 0.25], nowMs: 0, expected: 0.75 },
    { estimates: [0.5, 0.25], nowMs: 0.5, expected: 0.25 },
    { estimates: [0.5, 0.25], nowMs: 0.75, expected: 0 },
    { estimates: [0.5, 0.25], nowMs: 2, expected: 0 },
    { estimates: [0.5, 0.25], nowMs: 2.6, expected: Number.POSITIVE_INFINITY },
    { estimates: [7], nowMs: 6.5, expected: 0.5 },
    { estimates: [7], nowMs: 9.1, expected: Number.POSITIVE_INFINITY },
    { estimates: [Number.POSITIVE_INFINITY], nowMs: 50, expected: Number.POSITIVE_INFINITY },
    // A clock read before the dispatch of the running one adds nothing.
    { estimates: [0.5], nowMs: -1, expected: 0.5 },
  ])('of $estimates after $nowMs ms is $expected', ({ estimates, nowMs, expected }) => {
    expect(loadOf(estimates).workInFrontMs(nowMs, WORK_AHEAD_MS)).toBeCloseTo(expected, 6);
  });

  it('takes nothing off where run times stray', () => {
    expect(loadOf([7], 2).workInFrontMs(6.5, WORK_AHEAD_MS)).toBe(7);
  });

  it('forgets all rounding errors and unknowns with the last request', () => {
    const load = loadOf([0.1, 0.2, 0.3]);
    for (const request of [...load.requests]) load.leave(request, 1);
    const next = new FakeRequest(9);
    next.estimateMs = 0.7;
    load.take(next, 1);
    expect(load.workInFrontMs(1, WORK_AHEAD_MS)).toBe(0.7);

    const unknown = loadOf([Number.POSITIVE_INFINITY]);
    unknown.leave([...unknown.requests][0] as FakeRequest, 1);
    expect(unknown.workInFrontMs(1, WORK_AHEAD_MS)).toBe(0);
  });
});

/** Estimates and execution timeouts of what a worker has, all dispatched at 0; then the newcomer. */
type Row = {
  has: readonly [group: string, estimateMs: number, timeoutMs: number][];
  comes: readonly [group: string, estimateMs: number, timeoutMs: number];
  fits: boolean;
};

function timed([group, estimateMs, timeoutMs]: Row['comes'], arrival: number): FakeRequest {
  const request = new FakeRequest(arrival, { group, timeoutMs });
  request.estimateMs = estimateMs;
  return request;
}

describe('a batch takes at most half of its time limit', () => {
  test.each<Row>([
    { has: [], comes: ['a', 90, 100], fits: true },
    { has: [['a', 20, 100]], comes: ['a', 30, 100], fits: true },
    { has: [['a', 20, 100]], comes: ['a', 31, 100], fits: false },
    // The smallest limit holds, whoever has it.
    { has: [['a', 20, 100]], comes: ['a', 20, 79], fits: false },
    { has: [['a', 20, 79]], comes: ['a', 20, 100], fits: false },
    {
      has: [
        ['a', 10, 100],
        ['a', 10, 59],
      ],
      comes: ['a', 10, 100],
      fits: false,
    },
    // Who asks for something else is in no batch with it, and only waits.
    { has: [['b', 40, 50]], comes: ['a', 40, 100], fits: true },
    { has: [['b', 40, 100]], comes: ['a', 5, 11], fits: true },
    {
      has: [
        ['b', 1, 20],
        ['a', 30, 100],
      ],
      comes: ['a', 30, 100],
      fits: false,
    },
  ])('$has, then $comes: $fits', ({ has, comes, fits }) => {
    const load = new WorkerLoad<FakeRequest, string>('A', 0);
    for (const [index, one] of has.entries()) load.take(timed(one, index), 0);
    expect(load.hasTimeFor(timed(comes, 9))).toBe(fits);
  });
});

describe('the limit of what runs', () => {
  test.each<Pick<Row, 'has'> & { limitMs: number }>([
    { has: [['a', 1, 100]], limitMs: 100 },
    {
      has: [
        ['a', 1, 100],
        ['a', 1, 60],
      ],
      limitMs: 60,
    },
    {
      has: [
        ['a', 1, 60],
        ['a', 1, 100],
      ],
      limitMs: 60,
    },
    {
      has: [
        ['a', 1, 100],
        ['b', 1, 20],
      ],
      limitMs: 100,
    },
    {
      has: [
        ['a', 1, 100],
        ['b', 1, 20],
        ['a', 1, 70],
      ],
      limitMs: 70,
    },
  ])('of $has is $limitMs ms', ({ has, limitMs }) => {
    const load = new WorkerLoad<FakeRequest, string>('A', 0);
    for (const [index, one] of has.entries()) load.take(timed(one, index), 0);
    expect([load.isOverrun(limitMs - 1), load.isOverrun(limitMs)]).toEqual([false, true]);
  });

  test('counts anew when the running one leaves, and only then', () => {
    const load = new WorkerLoad<FakeRequest, string>('A', 0);
    const all = ['a', 'b', 'a'].map((group, index) => timed([group, 1, 100], index));
    for (const request of all) load.take(request, 0);
    const [first, , third] = all as [FakeRequest, FakeRequest, FakeRequest];
    load.leave(third, 50);
    expect(load.isOverrun(100)).toBe(true);
    load.leave(first, 60);
    expect([load.isOverrun(159), load.isOverrun(160)]).toEqual([false, true]);
  });
});

describe('a place in a limit', () => {
  it('stays with the stub of what was taken back, until that has left', () => {
    const load = loadOf([1]);
    const limit = new ModelLimits().of('m');
    const request = new FakeRequest(2);
    request.limit = limit;
    load.take(request, 0);
    const stub = load.takeBack(request);
    expect([request.hasPlace, stub.hasPlace, limit.inFlight]).toEqual([false, true, 1]);
    load.leave(stub, 1);
    expect([stub.hasPlace, limit.inFlight]).toEqual([false, 0]);
  });
});

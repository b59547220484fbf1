import { describe, expect, it } from 'vitest';
import { Estimate } from '../../../src/queue/estimate.js';
import { WorkerLoad } from '../../../src/queue/worker-load.js';
import { FakeRequest } from './fake-request.js';

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

import { describe, expect, it } from 'vitest';
import { BatchCost } from '../../../../src/queue/fleet/batch-cost.js';
import { unitBounds } from '../../../../src/queue/units/unit.js';

type Case = {
  fixedMs: number;
  perRowMs: number;
  waiting: number;
  freeWorkers: number;
  requests: number;
  maxDelayMs?: number;
};

function costOf({ fixedMs, perRowMs, maxDelayMs = 0 }: Case): BatchCost {
  const cost = new BatchCost();
  cost.rule = { maxRows: 64, maxDelayMs };
  for (const rows of [1, 2, 1, 4, 1, 8]) cost.observe(rows, fixedMs + perRowMs * rows);
  for (let n = 0; n < 9; n += 1) cost.isWorthATry();
  return cost;
}

describe('how large a unit becomes', () => {
  it.each<Case>([
    { fixedMs: 4.8, perRowMs: 0.2, waiting: 1, freeWorkers: 1, requests: 1 },
    { fixedMs: 4.8, perRowMs: 0.2, waiting: 10, freeWorkers: 1, requests: 10 },
    { fixedMs: 4.8, perRowMs: 0.2, waiting: 10, freeWorkers: 2, requests: 5 },
    { fixedMs: 4.8, perRowMs: 0.2, waiting: 10, freeWorkers: 3, requests: 4 },
    { fixedMs: 4.8, perRowMs: 0.2, waiting: 3, freeWorkers: 8, requests: 1 },
    { fixedMs: 0.1, perRowMs: 4.9, waiting: 10, freeWorkers: 1, requests: 1 },
    { fixedMs: 0.1, perRowMs: 4.9, waiting: 10, freeWorkers: 2, maxDelayMs: 5, requests: 10 },
  ])('$waiting waiting, $freeWorkers free, $fixedMs + $perRowMs ms: $requests', (one) => {
    const { waiting, freeWorkers, requests } = one;
    const scene = { bytes: 100, waiting, freeWorkers, workAheadMs: 1 };
    expect(unitBounds(costOf(one), scene).requests).toBe(requests);
  });

  it('is four times what its first member takes alone, at the most, and at least the work ahead', () => {
    const scene = { bytes: 100, waiting: 10, freeWorkers: 1, workAheadMs: 1 };
    const long = { fixedMs: 4.8, perRowMs: 0.2, waiting: 10, freeWorkers: 1, requests: 10 };
    expect(unitBounds(costOf(long), scene).runMs).toBeCloseTo(20, 5);
    const tiny = { ...long, fixedMs: 0.01, perRowMs: 0.001 };
    expect(unitBounds(costOf(tiny), scene).runMs).toBe(1);
  });

  it('is a pair, now and then, where nothing is known of batches', () => {
    const cost = new BatchCost();
    cost.rule = { maxRows: 64, maxDelayMs: 0 };
    for (let n = 0; n < 9; n += 1) cost.observe(1, 5);
    const scene = { bytes: 100, waiting: 10, freeWorkers: 1, workAheadMs: 1 };
    const sizes = Array.from({ length: 8 }, () => unitBounds(cost, scene).requests);
    expect(sizes).toEqual([2, 1, 2, 1, 1, 1, 2, 1]);
  });
});

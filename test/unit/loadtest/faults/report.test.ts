import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../../loadtest/faults/catalogue.js';
import { type FaultResult, isGood } from '../../../../loadtest/faults/fault.js';
import { faultReport } from '../../../../loadtest/faults/report.js';
import { Tally } from '../../../../loadtest/faults/tally.js';

const RESULT: FaultResult = {
  name: 'loop',
  title: 'a loop',
  expected: '504 for it',
  seconds: 3.4,
  requests: 100,
  refused: { '504 EXECUTION_TIMEOUT': 2 },
  failed: {},
  worstMs: 12.6,
  seen: '2 loops',
  broken: [],
};

describe('the table of the faults', () => {
  it('has a row for each: what it defines is expected, not failed', () => {
    expect(isGood(RESULT)).toBe(true);
    const row =
      '| a loop | 3 | 100 | 0 | 13 | 504 for it: 2 × 504 EXECUTION_TIMEOUT | 2 loops | ok |';
    expect(faultReport([RESULT]).trimEnd().split('\n').at(-1)).toBe(row);
  });

  it('shows what failed and what did not hold', () => {
    const bad = { ...RESULT, failed: { ECONNRESET: 1 }, broken: ['it leaked'] };
    expect(isGood(bad)).toBe(false);
    const text = faultReport([bad]);
    expect(text).toContain('| **1** (1 × ECONNRESET) |');
    expect(text).toContain('| 2 loops; **it leaked** | **NOT OK** |');
  });
});

describe('the faults', () => {
  it('have names and titles of their own', () => {
    for (const key of ['name', 'title'] as const) {
      expect(new Set(FAULTS.map((fault) => fault[key])).size).toBe(FAULTS.length);
    }
  });
});

describe('a tally', () => {
  it('counts every request once, and knows the latencies of right answers', () => {
    const tally = new Tally();
    for (let ms = 1; ms <= 10_000; ms += 1) tally.answered(ms);
    tally.failedBy('timeout');
    tally.refusedBy('503 QUEUE_FULL');
    tally.refusedBy('503 QUEUE_FULL');
    expect(tally.requests).toBe(10_003);
    expect(tally.refused).toEqual({ '503 QUEUE_FULL': 2 });
    expect([tally.percentileMs(99), tally.worstMs]).toEqual([9900, 10_000]);
  });
});

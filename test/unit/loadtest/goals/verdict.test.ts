import { describe, expect, it } from 'vitest';
import { goalReport } from '../../../../loadtest/goals/report.js';
import { atLeast, atMost, notMeasured, ratiosOf } from '../../../../loadtest/goals/verdict.js';

describe('verdicts', () => {
  it('take the median of the ratios of pairs, and show how far they spread', () => {
    // The second round met a slow moment of the machine: both took twice as long.
    const spread = ratiosOf([10, 24, 9], [20, 40, 20]);
    expect(spread).toEqual({ median: 0.5, least: 0.45, most: 0.6 });
    expect(atMost('CPU', 0.5, spread)).toEqual({
      of: 'CPU',
      goal: '≤ 0.5 ×',
      measured: '0.50 × (0.45–0.60)',
      isMet: true,
    });
    expect(atMost('CPU', 0.49, spread).isMet).toBe(false);
    expect(atLeast('speed', 0.51, spread).isMet).toBe(false);
  });

  it('are never met by what was not measured', () => {
    expect(atMost('CPU', 1, ratiosOf([], [])).isMet).toBe(false);
    expect(atLeast('CPU', 1, ratiosOf([1], [])).isMet).toBe(false);
  });
});

describe('goalReport', () => {
  it('has one table of goals, and a part for each', () => {
    const spread = { median: 2, least: 1, most: 3 };
    const report = goalReport(
      [
        {
          ...{ name: 'a', title: 'A', method: 'So.', seconds: 3, busyBefore: 0.02 },
          figures: undefined,
          verdicts: [atMost('x', 1, spread), notMeasured('y', '≤ 1 ×', 'no Python here')],
          tables: [{ title: 'All', head: ['h'], rows: [['1']] }],
          plots: [{ name: 'p', title: 'P', svg: '<svg/>' }],
        },
      ],
      'plots-of-it',
    );
    expect(report).toContain('| A | x | ≤ 1 × | 2.00 × (1.00–3.00) | **not met** |');
    expect(report).toContain('| A | y | ≤ 1 × | no Python here | not measured |');
    expect(report).toContain('## A\n\nSo. (3 s; others used 2 % of the CPUs before)\n');
    expect(report).toContain('All:\n\n| h |');
    expect(report).toContain('![P](plots-of-it/p.svg)');
  });
});

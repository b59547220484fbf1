import { describe, expect, it } from 'vitest';
import type { Figures } from '../../../loadtest/compare.js';
import { PERCENTS } from '../../../loadtest/load/samples.js';
import { comparisonReport, table } from '../../../loadtest/report.js';
import { medianRound, type Round, roundOf } from '../../../loadtest/round.js';

/** Each percent takes as many hundredths of a millisecond; the median 1 ms and p99 4 ms. */
const QUANTILES = PERCENTS.map((percent) => (percent === 99 ? 4 : percent / 50));

const ROUND: Round = {
  requestsPerSecond: 1000,
  p50Ms: 1,
  p99Ms: 4,
  errors: 0,
  cpuMicros: 30,
  masterMicros: 10,
  workersMicros: 20,
  byProcessMicros: [10, 15, 5],
  quantiles: QUANTILES,
};

describe('roundOf', () => {
  it('shares the CPU of the tree among the requests, and splits it', () => {
    const result = { requests: 1000, seconds: 2, quantiles: QUANTILES, errors: 3 };
    const spent = new Map([
      [7, 10_000_000],
      [8, 15_000_000],
      [9, 5_000_000],
    ]);
    const round = roundOf(7, result, spent);
    expect(round).toEqual({ ...ROUND, requestsPerSecond: 500, errors: 3 });
  });
});

describe('medianRound', () => {
  it('takes the median of each figure by itself, and adds up the errors', () => {
    const rounds = [
      { ...ROUND, p50Ms: 3, cpuMicros: 10, errors: 1 },
      { ...ROUND, p50Ms: 1, cpuMicros: 50, errors: 0 },
      { ...ROUND, p50Ms: 2, cpuMicros: 20, errors: 2 },
    ];
    expect(medianRound(rounds)).toMatchObject({ p50Ms: 2, cpuMicros: 20, errors: 3 });
  });
});

describe('comparisonReport', () => {
  const ours: Figures = { target: 'forkcast', connections: 16, rounds: [], medians: ROUND };
  const theirs: Figures = { ...ours, target: 'baseline', medians: { ...ROUND, cpuMicros: 60 } };

  it('puts the ratio ours / baseline under each pair', () => {
    const report = comparisonReport({ figures: [ours, theirs], memory: [] });
    const lines = report.split('\n').slice(2, 5);
    expect(lines[0]).toContain('| forkcast | 16 |');
    expect(lines[1]).toContain('| baseline | 16 |');
    expect(lines[2]).toBe('| **ratio** | 16 | **1.00** | **1.00** | **1.00** |  | **0.50** |  |');
  });

  it('shows one server alone without a ratio', () => {
    const report = comparisonReport({ figures: [ours], memory: [] });
    expect(report).toContain('| forkcast | 16 |');
    expect(report).not.toContain('ratio');
  });
});

describe('table', () => {
  it('is Markdown', () => {
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n');
  });
});

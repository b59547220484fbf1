import { describe, expect, it } from 'vitest';
import { BatchCost } from '../../../../src/queue/fleet/batch-cost.js';

/** Learns from runs that keep to `fixed + perRow·rows`, with the noise of measured times. */
function taught(
  fixedMs: number,
  perRowMs: number,
  rows: readonly number[],
  noise = 0.05,
): BatchCost {
  const cost = new BatchCost();
  cost.rule = { maxRows: 64, maxDelayMs: 0 };
  let sign = 1;
  for (const count of rows) {
    sign = -sign;
    cost.observe(count, (fixedMs + perRowMs * count) * (1 + sign * noise));
  }
  return cost;
}

const SINGLES = new Array<number>(40).fill(1);
const MANY_SINGLES = new Array<number>(400).fill(1);

describe('the cost of a batch', () => {
  it.each([
    { name: 'a dear call and cheap rows', fixedMs: 4.8, perRowMs: 0.2, pays: true },
    { name: 'a tiny model', fixedMs: 0.012, perRowMs: 0.001, pays: true },
    { name: 'rows as dear as half a call', fixedMs: 2, perRowMs: 1, pays: true },
    { name: 'rows dearer than the call', fixedMs: 1, perRowMs: 2, pays: false },
    { name: 'nothing but rows', fixedMs: 0, perRowMs: 5, pays: false },
  ])('says whether it pays: $name', ({ fixedMs, perRowMs, pays }) => {
    const cost = taught(fixedMs, perRowMs, [1, 2, 1, 8, 1, 4, 2, 1, 16, 3, 1, 1]);
    expect(cost.pays(1)).toBe(pays);
    const expected = fixedMs + perRowMs * 8;
    expect(Math.abs(cost.runMs(8) - expected)).toBeLessThan(expected / 5);
  });

  it('pays less for requests of many rows', () => {
    const cost = taught(4, 1, [1, 2, 1, 8, 1, 4]);
    expect(cost.pays(2)).toBe(true);
    expect(cost.pays(6)).toBe(false);
  });

  it('is not called worth it before two sizes were seen, and is not unlearned after', () => {
    expect(taught(4.8, 0.2, SINGLES).pays(1)).toBe(false);
    expect(taught(4.8, 0.2, [1, 2, 1, 8, ...SINGLES]).pays(1)).toBe(true);
    expect(taught(0, 5, [1, 2, 1, 8, ...SINGLES]).pays(1)).toBe(false);
  });

  it('does not pay where nobody knows how long a run takes', () => {
    const cost = new BatchCost();
    for (let n = 0; n < 60; n += 1) cost.observe(1 + (n % 3), n % 20 === 7 ? 50 : 2);
    expect(cost.pays(1)).toBe(false);
  });

  it('is tried with a pair at the first chance, and then less and less often', () => {
    const cost = taught(1, 2, SINGLES);
    const tries = [];
    for (let n = 1; n <= 2000; n += 1) if (cost.isWorthATry()) tries.push(n);
    expect(tries).toEqual([1, 3, 7, 15, 31, 63, 127, 255, 511, 1023]);
  });

  it.each([
    { name: 'a pair waits and a try is due', runs: SINGLES, passed: 0, waiting: 2, isAlone: false },
    {
      name: 'a pair waits for it from the first',
      runs: SINGLES,
      passed: 0,
      waiting: 1,
      isAlone: false,
    },
    { name: 'but not for ever', runs: MANY_SINGLES, passed: 0, waiting: 1, isAlone: true },
    { name: 'a pair waits, just tried', runs: [1, 2], passed: 1, waiting: 2, isAlone: true },
    { name: 'one waits, and a try is due', runs: [1, 2], passed: 0, waiting: 1, isAlone: true },
  ])(
    'lets requests that it does not pay for run alone: $name',
    ({ runs, passed, waiting, isAlone }) => {
      const cost = taught(0.2, 4.8, runs);
      for (let n = 0; n < 5 * passed; n += 1) cost.isWorthATry();
      expect(cost.isBetterAlone(100, waiting)).toBe(isAlone);
    },
  );

  it('is not waited for where a pair has no room', () => {
    const cost = taught(4.8, 0.2, [1, 2, 1, 8]);
    expect(cost.isBetterAlone(100, 2)).toBe(false);
    cost.rule = { maxRows: 8, maxDelayMs: 0 };
    cost.observeRequest(100, 5);
    expect(cost.isBetterAlone(100, 2)).toBe(true);
  });

  it('is not tried before anything has run', () => {
    expect(new BatchCost().isWorthATry()).toBe(false);
  });

  it('tells the rows of a body by its bytes', () => {
    const cost = new BatchCost();
    expect(cost.rowsOf(5000)).toBe(1);
    for (let n = 0; n < 50; n += 1) cost.observeRequest(1000, 4);
    expect([100, 1000, 2000, 10_000].map((bytes) => cost.rowsOf(bytes))).toEqual([1, 4, 8, 40]);
  });

  it('takes no times that are none', () => {
    const cost = taught(1, 1, [1, 2, 4]);
    const before = cost.runMs(3);
    for (const [rows, ms] of [
      [1, Number.NaN],
      [1, -1],
      [0, 1],
      [1, Number.POSITIVE_INFINITY],
    ] as const) {
      cost.observe(rows, ms);
    }
    expect(cost.runMs(3)).toBe(before);
  });
});

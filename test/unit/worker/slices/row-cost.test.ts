import { describe, expect, it } from 'vitest';
import { RowCost } from '../../../../src/worker/slices/row-cost.js';

function costing(microsPerRow: number, step?: number): RowCost {
  const cost = new RowCost(step);
  cost.observe(1000, 1000 * microsPerRow);
  return cost;
}

describe('a request is worth slicing', () => {
  it.each<[number, number, boolean]>([
    [10, 399, false],
    [10, 400, true],
    [50_000, 2, true],
    [50_000, 1, false],
    [0.1, 20_000, false],
  ])('at %d µs a row and %d rows: %s', (micros, rows, isWorthIt) => {
    expect(costing(micros).isWorthSlicing(rows)).toBe(isWorthIt);
  });

  it('where nothing is known of the model, when it has some rows', () => {
    expect(new RowCost().isWorthSlicing(31)).toBe(false);
    expect(new RowCost().isWorthSlicing(32)).toBe(true);
  });
});

describe('a part', () => {
  it.each<[string, number, number, number]>([
    ['is bounded by time', 10, 200, 1000],
    ['has enough rows for a matrix, while that takes no 20 ms', 500, 16, 20],
    ['has fewer rows where each takes long', 5000, 4, 4],
    ['has one row at least', 50_000, 1, 1],
  ])('%s', (_, micros, own, lent) => {
    const cost = costing(micros);
    expect(cost.ownRows(1_000_000)).toBe(own);
    expect(cost.sliceRows(1_000_000)).toBe(lent);
  });

  it('of an unknown model begins with a row, and doubles', () => {
    const cost = new RowCost();
    expect(cost.ownRows(0)).toBe(1);
    cost.observe(1, 10);
    expect(cost.ownRows(1)).toBe(2);
    expect(cost.ownRows(64)).toBe(128);
    expect(cost.ownRows(128)).toBe(200);
  });

  it('for another is half of what is left at most', () => {
    expect(costing(10).sliceRows(100)).toBe(50);
    expect(costing(10).sliceRows(1)).toBe(1);
  });

  it('is a multiple of the rows that the model runs with', () => {
    const cost = costing(10, 32);
    expect(cost.ownRows(0)).toBe(32);
    expect(cost.ownRows(1000)).toBe(192);
    expect(cost.sliceRows(10_000)).toBe(992);
    expect(cost.sliceRows(40)).toBe(32);
  });
});

describe('what is learned', () => {
  it('follows what parts take', () => {
    const cost = costing(10);
    for (let n = 0; n < 40; n += 1) cost.observe(100, 2000);
    expect(cost.microsPerRow).toBeCloseTo(20, 1);
    for (let n = 0; n < 40; n += 1) cost.observe(100, 500);
    expect(cost.microsPerRow).toBeCloseTo(5, 1);
  });

  it('does not believe one part that took far too long', () => {
    const cost = costing(10);
    cost.observe(100, 100_000);
    expect(cost.microsPerRow).toBe(12.5);
  });

  it('is nothing from a run of no time or no rows', () => {
    const cost = new RowCost();
    cost.observe(10, 0);
    cost.observe(0, 10);
    expect(cost.isKnown).toBe(false);
  });
});

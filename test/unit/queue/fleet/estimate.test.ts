import { describe, expect, it } from 'vitest';
import { Estimate, Estimates } from '../../../../src/queue/fleet/estimate.js';

function taught(...runs: [bytes: number, runMs: number][]): Estimate {
  const estimate = new Estimate();
  for (const [bytes, runMs] of runs) estimate.observe(bytes, runMs);
  return estimate;
}

/** A fixed, repeatable spread of values in 0…1. */
function* noise(seed: number): Generator<number, never, undefined> {
  let state = seed;
  for (;;) {
    state = (state * 48271) % 2147483647;
    yield state / 2147483647;
  }
}

describe('Estimate', () => {
  it('knows nothing at first', () => {
    expect(new Estimate().expectMs(10)).toBe(Number.POSITIVE_INFINITY);
    expect(new Estimate().isSteady(1000)).toBe(false);
  });

  it('is seeded by the first run, whose spread it assumes to be half of it', () => {
    const estimate = taught([100, 4]);
    expect(estimate.expectMs(100)).toBe(4);
    expect(estimate.isSteady(7.9)).toBe(false);
    expect(estimate.isSteady(8)).toBe(true);
  });

  it('is the mean of the first runs', () => {
    expect(taught([100, 1], [100, 2], [100, 6]).expectMs(100)).toBeCloseTo(3, 10);
  });

  it('learns a + b·bytes', () => {
    const estimate = new Estimate();
    const random = noise(3);
    for (let n = 0; n < 500; n += 1) {
      const bytes = Math.round(random.next().value * 200_000);
      estimate.observe(bytes, 2 + bytes * 0.0001);
    }
    expect(estimate.expectMs(1000)).toBeCloseTo(2.1, 1);
    expect(estimate.expectMs(100_000)).toBeCloseTo(12, 1);
    expect(estimate.expectMs(200_000)).toBeCloseTo(22, 1);
    expect(estimate.isSteady(1)).toBe(true);
  });

  it('knows what most runs take where a few are much longer', () => {
    const steady = new Estimate();
    const mixed = new Estimate();
    for (let n = 1; n <= 400; n += 1) {
      steady.observe(100, 5);
      mixed.observe(100, n % 20 === 0 ? 50 : 2);
      // However many of the long ones there were of late.
      if (n < 100) continue;
      const typicalMs = mixed.expectMs(100) * mixed.typicalShare;
      expect(typicalMs).toBeGreaterThan(1.9);
      expect(typicalMs).toBeLessThan(4);
    }
    expect(steady.typicalShare).toBeCloseTo(1, 10);
    expect(new Estimate().typicalShare).toBe(1);
  });

  it('takes no jitter for a cost per byte where sizes hardly differ', () => {
    const estimate = new Estimate();
    const random = noise(5);
    for (let n = 0; n < 500; n += 1) {
      const bytes = 300 + Math.round(random.next().value * 10);
      estimate.observe(bytes, 1 + (bytes - 300) * 0.2 * random.next().value);
    }
    expect(Math.abs(estimate.expectMs(4000) - estimate.expectMs(300))).toBeLessThan(0.1);
  });

  it('has no negative cost per byte, nor a negative base', () => {
    const falling = taught([1000, 9], [50_000, 5], [100_000, 1], [1000, 9], [100_000, 1]);
    expect(falling.expectMs(200_000)).toBe(falling.expectMs(0));
    const steep = taught([50_000, 0], [100_000, 10], [50_000, 0], [100_000, 10]);
    expect(steep.expectMs(0)).toBe(0.001);
    expect(steep.expectMs(40_000)).toBeGreaterThan(0.001);
  });

  it('never expects nothing', () => {
    expect(taught([0, 0], [0, 0]).expectMs(0)).toBe(0.001);
  });

  it('does not know sizes far beyond all it has seen', () => {
    const estimate = taught([300, 0.05], [310, 0.05], [290, 0.05]);
    expect(estimate.expectMs(4000)).toBeLessThan(1);
    expect(estimate.expectMs(10_000_000)).toBe(Number.POSITIVE_INFINITY);
    estimate.observe(10_000_000, 100);
    expect(estimate.expectMs(9_000_000)).toBeCloseTo(90, 0);
    expect(estimate.expectMs(300)).toBeCloseTo(0.05, 1);
  });

  it('keeps for a while what a big body has taught it, and forgets it in the end', () => {
    const estimate = new Estimate();
    const small = (count: number) => {
      for (let n = 0; n < count; n += 1) estimate.observe(300 + (n % 7), 0.05);
    };
    small(50);
    estimate.observe(1_000_000, 100);
    small(20);
    expect(estimate.expectMs(900_000)).toBeCloseTo(90, -1);
    expect(estimate.expectMs(300)).toBeLessThan(0.2);
    small(500);
    expect(estimate.expectMs(900_000)).toBe(Number.POSITIVE_INFINITY);
    expect(estimate.expectMs(300)).toBeCloseTo(0.05, 3);
  });

  it('follows a change of level within some dozens of runs', () => {
    const estimate = new Estimate();
    for (let n = 0; n < 1000; n += 1) estimate.observe(100, 0.03);
    expect(estimate.expectMs(100)).toBeCloseTo(0.03, 6);
    for (let n = 0; n < 60; n += 1) estimate.observe(100, 5);
    expect(estimate.expectMs(100)).toBeGreaterThan(4.8);
  });

  it('is careful after a run that took far longer than the others', () => {
    const estimate = new Estimate();
    for (let n = 0; n < 400; n += 1) estimate.observe(100, 0.03);
    expect(estimate.isSteady(1)).toBe(true);
    estimate.observe(100, 200);
    expect(estimate.expectMs(100)).toBeGreaterThan(1);
    expect(estimate.isSteady(1)).toBe(false);
    for (let n = 0; n < 400; n += 1) estimate.observe(100, 0.03);
    expect(estimate.expectMs(100)).toBeLessThan(0.04);
    expect(estimate.isSteady(1)).toBe(true);
  });

  it('is not steady while a few runs take long', () => {
    const estimate = new Estimate();
    for (let n = 0; n < 2000; n += 1) estimate.observe(100, n % 20 === 0 ? 50 : 2);
    expect(estimate.isSteady(1)).toBe(false);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('ignores a run time of %d', (runMs) => {
    const estimate = taught([100, 2]);
    estimate.observe(100, runMs);
    expect(estimate.expectMs(100)).toBe(2);
    const untaught = taught([100, runMs]);
    expect(untaught.expectMs(100)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('large replies', () => {
  it('are not made ahead: their runs count as of unknown length, until many were small', () => {
    const estimate = taught([100, 2], [100, 2]);
    estimate.observeReply(1000);
    expect(estimate.expectMs(100)).toBe(2);
    estimate.observeReply(16 * 1024 * 1024);
    expect(estimate.expectMs(100)).toBe(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 100; n += 1) estimate.observeReply(1000);
    expect(estimate.expectMs(100)).toBe(Number.POSITIVE_INFINITY);
    for (let n = 0; n < 200; n += 1) estimate.observeReply(1000);
    expect(estimate.expectMs(100)).toBe(2);
  });
});

describe('Estimates', () => {
  it('keeps one per group until the group is gone', () => {
    const estimates = new Estimates();
    const digits = estimates.of('digits');
    expect(estimates.of('digits')).toBe(digits);
    const other = estimates.of('other');
    expect(other).not.toBe(digits);
    estimates.keep(new Set(['other', 'new']));
    expect(estimates.of('other')).toBe(other);
    expect(estimates.of('digits')).not.toBe(digits);
  });
});

import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/queue/fleet/pace.js';

function learned(costs: readonly number[], gapMs = 10): { pace: Pace; nowMs: number } {
  const pace = new Pace();
  let nowMs = 0;
  for (const cost of costs) {
    nowMs += gapMs;
    pace.observe(cost, nowMs);
  }
  return { pace, nowMs };
}

describe('Pace', () => {
  it('knows nothing before there are eight', () => {
    const { pace, nowMs } = learned(Array(7).fill(5));
    expect(pace.isKnown(nowMs)).toBe(false);
    pace.observe(5, nowMs);
    expect(pace.isKnown(nowMs)).toBe(true);
    expect(pace.meanMs).toBeCloseTo(5);
  });

  it.each([
    { afterMs: 20_000, isKnown: true },
    { afterMs: 60_000, isKnown: false },
  ])('of a hundred it is known after $afterMs ms: $isKnown', ({ afterMs, isKnown }) => {
    const { pace, nowMs } = learned(Array(100).fill(5));
    expect(pace.isKnown(nowMs + afterMs)).toBe(isKnown);
  });

  it('remembers longer what takes long', () => {
    const { pace, nowMs } = learned(Array(20).fill(5000), 5000);
    expect(pace.isKnown(nowMs + 60_000)).toBe(true);
  });

  it('forgets when told, and learns the new at once', () => {
    const { pace, nowMs } = learned(Array(500).fill(100));
    pace.forget();
    expect(pace.isKnown(nowMs)).toBe(false);
    for (let n = 0; n < 8; n += 1) pace.observe(2, nowMs);
    expect(pace.meanMs).toBeCloseTo(2);
  });

  it('is the less certain of a sum the more its costs vary', () => {
    const steady = learned(Array(200).fill(10)).pace;
    const wild = learned(Array.from({ length: 200 }, (_, n) => (n % 20 === 0 ? 105 : 5))).pace;
    expect(Math.sqrt(steady.varianceOf(100))).toBeLessThan(1);
    expect(Math.sqrt(wild.varianceOf(100))).toBeGreaterThan(100);
  });

  it('ignores what is no time', () => {
    const { pace, nowMs } = learned([Number.NaN, -1, Number.NEGATIVE_INFINITY]);
    expect(pace.isKnown(nowMs)).toBe(false);
    expect(pace.meanMs).toBe(0);
  });
});

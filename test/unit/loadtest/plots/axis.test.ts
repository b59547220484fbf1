import { describe, expect, it } from 'vitest';
import { axisOf, shortNumber } from '../../../../loadtest/plots/axis.js';

function labels(values: readonly number[], isLog: boolean): string[] {
  return axisOf({ label: '', isLog }, values).ticks.map(({ label }) => label);
}

describe('axisOf', () => {
  it('begins a linear axis at 0 and ends it above the most', () => {
    const axis = axisOf({ label: 'µs', isLog: false }, [30, 87]);
    expect(axis.ticks.map(({ at }) => at)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(axis.place(0)).toBe(0);
    expect(axis.place(50)).toBe(0.5);
  });

  it('has a tick for each 1, 2 and 5 of a logarithmic axis, of many decades for each of those', () => {
    expect(labels([0.15, 1.2], true)).toEqual(['0.1', '0.2', '0.5', '1', '2']);
    expect(labels([1, 16_384], true)).toEqual(['1', '10', '100', '1k', '10k']);
    const axis = axisOf({ label: '', isLog: true }, [1, 100]);
    expect(axis.place(10)).toBeCloseTo(0.5);
  });

  it('takes ticks that are told, and keeps them in sight', () => {
    const ticks = [{ at: 1000, label: '99.9' }];
    const axis = axisOf({ label: '', isLog: true, ticks }, [1, 100]);
    expect(axis.ticks).toEqual(ticks);
    expect(axis.place(1000)).toBeCloseTo(1);
  });

  it('has places for nothing at all, and for what cannot be shown', () => {
    expect(labels([], false)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1']);
    expect(labels([], true)).toEqual([]);
    expect(labels([0, Number.NaN, 5], true)).toEqual(['5']);
  });
});

describe('shortNumber', () => {
  it.each([
    [0.05, '0.05'],
    [20, '20'],
    [16_384, '16.4k'],
    [2_000_000, '2M'],
  ])('%d is %s', (value, text) => {
    expect(shortNumber(value)).toBe(text);
  });
});

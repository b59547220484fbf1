import { describe, expect, it } from 'vitest';
import { median, percentile, ratio, sum } from '../../../loadtest/statistics.js';

describe('median', () => {
  it('is the middle of an odd count, in whatever order', () => {
    expect(median([9, 1, 5])).toBe(5);
  });

  it('is the mean of the two in the middle of an even count', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('is NaN of nothing, and leaves its argument as it was', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
    expect(median([])).toBeNaN();
  });

  it('compares numbers as numbers', () => {
    expect(median([100, 20, 3])).toBe(20);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

  it('takes the nearest rank, a value that was seen', () => {
    expect(percentile(hundred, 50)).toBe(50);
    expect(percentile(hundred, 99)).toBe(99);
    expect(percentile(hundred, 99.1)).toBe(100);
  });

  it('of 0 and 100 are the ends', () => {
    expect(percentile(hundred, 0)).toBe(1);
    expect(percentile(hundred, 100)).toBe(100);
  });

  it('of one value is that value, and of none NaN', () => {
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 50)).toBeNaN();
  });
});

describe('sum and ratio', () => {
  it('add up and divide', () => {
    expect(sum([1, 2, 3])).toBe(6);
    expect(sum([])).toBe(0);
    expect(ratio(3, 4)).toBe(0.75);
  });

  it('gives no infinity where nothing can be divided', () => {
    expect(ratio(1, 0)).toBeNaN();
  });
});

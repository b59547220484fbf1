import { expect, test } from 'vitest';
import { Counter, Family, Histogram } from '../../../src/observe/series.js';

test('a histogram puts a value into the first bucket whose bound is not below it', () => {
  const histogram = new Histogram([1, 2, 5]);
  for (const value of [0, 1, 1.001, 2, 5, 5.001, 1000]) histogram.observe(value);
  expect(histogram.cumulative()).toEqual([2, 4, 5, 7]);
  expect(histogram.sum).toBeCloseTo(1014.002, 9);
});

test('a histogram without observations has all its buckets at zero', () => {
  expect(new Histogram([1, 2]).cumulative()).toEqual([0, 0, 0]);
});

test('the same label values give the same series, whatever their order', () => {
  const family = new Family(['model', 'route'], () => new Counter());
  const series = family.series({ model: 'digits', route: '/predict' });
  expect(family.series({ route: '/predict', model: 'digits' })).toBe(series);
  expect(family.series({ route: 'digits', model: '/predict' })).not.toBe(series);
});

test('a family lists its series with their labels', () => {
  const family = new Family(['reason'], () => new Counter());
  family.series({ reason: 'crashed' }).add(2);
  family.series({ reason: 'killed' }).add(1);
  family.series({ reason: 'crashed' }).add(0.5);
  const listed = [...family.all()].map(({ labels, series }) => [labels.reason, series.value]);
  expect(listed).toEqual([
    ['crashed', 2.5],
    ['killed', 1],
  ]);
});

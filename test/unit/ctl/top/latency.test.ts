import { expect, test } from 'vitest';
import { readExposition } from '../../../../src/ctl/top/exposition.js';
import { bucketsBetween, quantile } from '../../../../src/ctl/top/latency.js';

const BUCKETS = [
  { bound: 0.001, count: 0 },
  { bound: 0.01, count: 50 },
  { bound: 0.1, count: 99 },
  { bound: Number.POSITIVE_INFINITY, count: 100 },
];

test.each([
  [0.5, 0.01],
  [0.25, 0.0055],
  [0.99, 0.1],
  [1, 0.1],
])('the quantile %d is %d', (share, value) => {
  expect(quantile(BUCKETS, share)).toBeCloseTo(value, 9);
});

test('of nothing there is none', () => {
  expect(quantile([], 0.5)).toBeUndefined();
  expect(quantile([{ bound: 1, count: 0 }], 0.5)).toBeUndefined();
});

const before = `# HELP t_bucket x
t_bucket{model="a",le="1"} 5
t_bucket{model="a",le="+Inf"} 6
t_bucket{model="b\\"x",le="1"} 100
`;
const now = `t_bucket{model="a",le="+Inf"} 16
t_bucket{model="a",le="1"} 7
t_bucket{model="b\\"x",le="1"} 100
t_bucket{model="c",le="1"} 3
`;

test('what was counted between two scrapes, also of what is new', () => {
  const between = (model: string) =>
    bucketsBetween(
      readExposition(before),
      readExposition(now),
      't',
      (labels) => labels.model === model,
    );
  expect(between('a')).toEqual([
    { bound: 1, count: 2 },
    { bound: Number.POSITIVE_INFINITY, count: 10 },
  ]);
  expect(between('c')).toEqual([{ bound: 1, count: 3 }]);
  expect(between('b"x')).toEqual([{ bound: 1, count: 0 }]);
});

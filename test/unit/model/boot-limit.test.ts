import { expect, test } from 'vitest';
import { bootLimitMs } from '../../../src/model/boot-limit.js';

test.each([
  { own: [], limitMs: 2000 },
  { own: [undefined, undefined], limitMs: 2000 },
  { own: [500, undefined], limitMs: 2000 },
  { own: [undefined, 9000, 3000], limitMs: 9000 },
])('a server at 2000 ms with models at $own: $limitMs ms', ({ own, limitMs }) => {
  const plans = own.map((bootTimeoutMs) => (bootTimeoutMs === undefined ? {} : { bootTimeoutMs }));
  expect(bootLimitMs(plans, 2000)).toBe(limitMs);
});

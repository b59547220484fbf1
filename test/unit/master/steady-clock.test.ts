import { expect, test } from 'vitest';
import { SteadyClock } from '../../../src/master/steady-clock.js';

/** What the clock says at each of these raw times, and the gaps that were told. */
function run(raws: readonly number[]): { times: number[]; gaps: number[] } {
  let rawMs = 5000;
  const gaps: number[] = [];
  const clock = new SteadyClock(
    () => rawMs,
    (gapMs) => gaps.push(gapMs),
  );
  clock.watch();
  const times = raws.map((raw) => {
    rawMs = raw;
    return clock.now();
  });
  return { times, gaps };
}

test('counts everything until it is watched', () => {
  let rawMs = 0;
  const clock = new SteadyClock(
    () => rawMs,
    () => expect.fail('no gap'),
  );
  rawMs = 5000;
  expect(clock.now()).toBe(5000);
  rawMs = 9000;
  clock.watch();
  rawMs = 9500;
  clock.watch();
  expect(clock.now()).toBe(9500);
});

test.each([
  { what: 'runs as it is looked at', raws: [5000, 5050, 6000], times: [5000, 5050, 6000] },
  { what: 'takes a second for slow', raws: [5000, 6000, 7000], times: [5000, 6000, 7000] },
  { what: 'takes out more', raws: [5000, 6001, 6051], times: [5000, 5000, 5050], gaps: [1001] },
  {
    what: 'takes out each gap',
    raws: [65_000, 65_020, 3_665_020, 3_665_030],
    times: [5000, 5020, 5020, 5030],
    gaps: [60_000, 3_600_000],
  },
])('$what', ({ raws, times, gaps = [] }) => {
  expect(run(raws)).toEqual({ times, gaps });
});

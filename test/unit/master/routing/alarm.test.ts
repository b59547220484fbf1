import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Alarm } from '../../../../src/master/routing/alarm.js';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

function alarm() {
  const rings: number[] = [];
  const clock = new Alarm(
    () => Date.now(),
    (nowMs) => rings.push(nowMs),
  );
  return { clock, rings };
}

test('goes off at the earliest time that was asked for, once', () => {
  const { clock, rings } = alarm();
  for (const atMs of [30, 10, 20, 10]) clock.setFor(atMs);
  vi.advanceTimersByTime(100);
  expect(rings).toEqual([10]);
});

test('can be set again when it has gone off, and at once for what is past', () => {
  const { clock, rings } = alarm();
  clock.setFor(10);
  vi.advanceTimersByTime(15);
  clock.setFor(5);
  vi.advanceTimersByTime(1);
  expect(rings).toHaveLength(2);
});

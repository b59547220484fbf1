import { expect, test } from 'vitest';
import { Hearing } from '../../../../src/queue/fleet/hearing.js';

/** What comes of looking every 100 ms from then on, until it is deaf. */
function looks(hearing: Hearing, fromMs: number, toMs: number, deafAfterMs: number): string[] {
  const seen: string[] = [];
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 100) {
    const due = hearing.look(nowMs, deafAfterMs);
    if (due !== undefined) seen.push(`${due} at ${nowMs}`);
    if (due === 'deaf') break;
  }
  return seen;
}

test.each([
  { deafAfterMs: 10_000, seen: ['ping at 2000', 'deaf at 12000'] },
  { deafAfterMs: 600, seen: ['ping at 300', 'deaf at 900'] },
])('who never answers is deaf after $deafAfterMs ms', ({ deafAfterMs, seen }) => {
  expect(looks(new Hearing(0), 0, 20_000, deafAfterMs)).toEqual(seen);
});

test('who answers is asked again in a while', () => {
  const hearing = new Hearing(0);
  expect(looks(hearing, 0, 2000, 10_000)).toEqual(['ping at 2000']);
  hearing.heard(2050);
  expect(looks(hearing, 2100, 4100, 10_000)).toEqual(['ping at 4100']);
});

test.each([
  { atMs: 1999, isOverdue: false },
  { atMs: 2099, isOverdue: false },
  { atMs: 2100, isOverdue: true },
])('a ping of 2000 at $atMs: overdue is $isOverdue', ({ atMs, isOverdue }) => {
  const hearing = new Hearing(0);
  expect(hearing.isOverdueAt(9999)).toBe(false);
  hearing.look(2000, 10_000);
  expect(hearing.isOverdueAt(atMs)).toBe(isOverdue);
  hearing.heard(2100);
  expect(hearing.isOverdueAt(9999)).toBe(false);
});

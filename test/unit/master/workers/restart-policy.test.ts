import { describe, expect, test } from 'vitest';
import {
  decideRestart,
  isFailedStart,
  mayCutBackoffShort,
  shouldGiveUp,
} from '../../../../src/master/workers/restart-policy.js';

const SETTINGS = {
  restartBackoff: 500,
  restartBackoffMax: 30_000,
  stableAfter: 10_000,
  giveUpAfter: 60_000,
};
/** Just under 1: the whole of the backoff. */
const MOST = 1 - Number.EPSILON;

describe('decideRestart', () => {
  test.each([
    { stage: 'before ready', failures: 0, readyForMs: 0, counted: 1, fullMs: 500 },
    { stage: 'before ready', failures: 1, readyForMs: 0, counted: 2, fullMs: 1000 },
    { stage: 'before ready', failures: 2, readyForMs: 0, counted: 3, fullMs: 2000 },
    { stage: 'idle', failures: 0, readyForMs: 9999, counted: 1, fullMs: 500 },
    { stage: 'idle', failures: 5, readyForMs: 9999, counted: 6, fullMs: 16_000 },
    { stage: 'idle', failures: 6, readyForMs: 0, counted: 7, fullMs: 30_000 },
    { stage: 'idle', failures: 5000, readyForMs: 0, counted: 5001, fullMs: 30_000 },
    // A stable run ends the series.
    { stage: 'idle', failures: 6, readyForMs: 10_000, counted: 1, fullMs: 500 },
    // Charged to a request, or the master's own will: at once, and the series stands.
    { stage: 'with work', failures: 4, readyForMs: 0, counted: 4, fullMs: 0 },
    { stage: 'with work', failures: 4, readyForMs: 1e9, counted: 4, fullMs: 0 },
    { stage: 'by master', failures: 4, readyForMs: 0, counted: 4, fullMs: 0 },
  ] as const)(
    '$stage after $failures failures, ready for $readyForMs ms: $fullMs ms',
    ({ stage, failures, readyForMs, counted, fullMs }) => {
      const decide = (random: number) =>
        decideRestart(stage, { failures }, readyForMs, SETTINGS, random);
      expect(decide(0)).toEqual({ failures: counted, delayMs: fullMs / 2 });
      expect(decide(0.5).delayMs).toBe(fullMs * 0.75);
      expect(decide(MOST).delayMs).toBeCloseTo(fullMs, 6);
    },
  );
});

describe('mayCutBackoffShort', () => {
  const may = (hasReady: boolean, hasBooting: boolean, waiting: number, sinceForkMs: number) =>
    mayCutBackoffShort(hasReady, hasBooting, waiting, sinceForkMs, SETTINGS);

  test.each([
    { why: 'nobody serves and somebody waits', is: may(false, false, 1, 500), isCut: true },
    { why: 'a worker serves', is: may(true, false, 1, 500), isCut: false },
    { why: 'one boots already', is: may(false, true, 1, 500), isCut: false },
    { why: 'nobody waits', is: may(false, false, 0, 500), isCut: false },
    { why: 'one was tried a moment ago', is: may(false, false, 1, 499), isCut: false },
  ])('$why: $isCut', ({ is, isCut }) => {
    expect(is).toBe(isCut);
  });
});

test.each([
  { hasReady: false, sinceMs: 59_999, givesUp: false },
  { hasReady: false, sinceMs: 60_000, givesUp: true },
  { hasReady: true, sinceMs: 1e9, givesUp: false },
])('gives up with a ready worker $hasReady, $sinceMs ms: $givesUp', (row) => {
  expect(shouldGiveUp(row.hasReady, row.sinceMs, SETTINGS)).toBe(row.givesUp);
});

test.each([
  { wasEverReady: false, isKill: false, kills: 0, hasFailed: true },
  { wasEverReady: false, isKill: true, kills: 3, hasFailed: false },
  { wasEverReady: false, isKill: true, kills: 4, hasFailed: true },
  { wasEverReady: true, isKill: false, kills: 0, hasFailed: false },
  { wasEverReady: true, isKill: true, kills: 99, hasFailed: false },
])('a start has failed, $wasEverReady $isKill $kills: $hasFailed', (row) => {
  expect(isFailedStart(row.wasEverReady, row.isKill, row.kills)).toBe(row.hasFailed);
});

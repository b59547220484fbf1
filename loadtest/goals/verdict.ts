/** Pure: whether a ratio meets its goal, and how that is told. */
import { type Spread, spreadOf } from '../statistics.js';
import type { Verdict } from './goal.js';

/** Ours by theirs, round by round: what slows the machine for a while slows both of a pair. */
export function ratiosOf(ours: readonly number[], theirs: readonly number[]): Spread {
  return spreadOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

export function atMost(of: string, limit: number, spread: Spread, unit = '×'): Verdict {
  const isMet = spread.median <= limit;
  return { of, goal: `≤ ${limit} ${unit}`, measured: told(spread, unit), isMet };
}

export function atLeast(of: string, limit: number, spread: Spread, unit = '×'): Verdict {
  const isMet = spread.median >= limit;
  return { of, goal: `≥ ${limit} ${unit}`, measured: told(spread, unit), isMet };
}

export function notMeasured(of: string, goal: string, why: string): Verdict {
  return { of, goal, measured: why, isMet: undefined };
}

/** `0.58 × (0.55–0.61)` */
function told({ median, least, most }: Spread, unit: string): string {
  const text = `${short(median)} ${unit}`;
  return least === most ? text : `${text} (${short(least)}–${short(most)})`;
}

/** Three digits, whatever the size. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

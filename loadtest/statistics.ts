/** Pure statistics over lists of numbers; none of them changes its argument. */

/** The middle value; of an even count the mean of the two in the middle. NaN when empty. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * The smallest value that at least `percent` of all values do not exceed
 * (nearest rank, so it is always a value that was seen). NaN when empty.
 */
export function percentile(values: readonly number[], percent: number): number {
  return percentileOfSorted(ascending(values), percent);
}

/** The same for values that are in ascending order already. */
export function percentileOfSorted(sorted: ArrayLike<number>, percent: number): number {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(rank, 1) - 1] ?? Number.NaN;
}

/** The median at each place of lists that are alike; of those lists alone that have the place. */
export function medianOfEach(lists: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, at) =>
    median(lists.flatMap((list) => (at < list.length ? [list[at] ?? Number.NaN] : []))),
  );
}

/** The middle of some values, and how far they spread. */
export type Spread = { readonly median: number; readonly least: number; readonly most: number };

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/** `part` of `whole`; NaN when nothing can be divided. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? Number.NaN : part / whole;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** All latencies as they were: a histogram in whole milliseconds would hide what we look for. */
import { percentileOfSorted } from '../statistics.js';

/** Where a distribution is told: finely, and more finely towards its tail. */
export const PERCENTS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, at) => at + 1),
  ...[99.5, 99.9, 99.95, 99.99, 100],
];

export class Samples {
  #values = new Float64Array(1 << 16);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count] = ms;
    this.#count += 1;
  }

  /** The value at each of `PERCENTS`. */
  quantiles(): number[] {
    const sorted = this.#values.subarray(0, this.#count).sort();
    return PERCENTS.map((percent) => percentileOfSorted(sorted, percent));
  }
}

/** From such a list; NaN for a percent that is not in it. */
export function quantile(quantiles: readonly number[], percent: number): number {
  return quantiles[PERCENTS.indexOf(percent)] ?? Number.NaN;
}

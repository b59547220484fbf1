/** Counts what clients saw, and keeps how long each right answer took. */
import { percentileOfSorted } from '../statistics.js';

export class Tally {
  answers = 0;
  worstMs = 0;
  readonly #failed = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  #latencies = new Float32Array(1 << 12);

  answered(ms: number): void {
    if (this.answers === this.#latencies.length) {
      const grown = new Float32Array(this.#latencies.length * 2);
      grown.set(this.#latencies);
      this.#latencies = grown;
    }
    this.#latencies[this.answers] = ms;
    this.answers += 1;
    this.worstMs = Math.max(this.worstMs, ms);
  }

  failedBy(reason: string): void {
    this.#failed.set(reason, (this.#failed.get(reason) ?? 0) + 1);
  }

  refusedBy(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  get requests(): number {
    return this.answers + total(this.failed) + total(this.refused);
  }

  get failed(): Record<string, number> {
    return Object.fromEntries(this.#failed);
  }

  get refused(): Record<string, number> {
    return Object.fromEntries(this.#refused);
  }

  percentileMs(percent: number): number {
    return percentileOfSorted(this.#latencies.slice(0, this.answers).sort(), percent);
  }
}

export function total(byReason: Readonly<Record<string, number>>): number {
  return Object.values(byReason).reduce((sum, count) => sum + count, 0);
}

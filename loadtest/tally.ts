/** Counts what a crowd of clients saw. */
export class Tally {
  answers = 0;
  failures = 0;
  slowestMs = 0;
  readonly #byReason = new Map<string, number>();

  answered(ms: number): void {
    this.answers += 1;
    this.slowestMs = Math.max(this.slowestMs, ms);
  }

  failed(reason: string): void {
    this.failures += 1;
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
  }

  get failuresByReason(): Record<string, number> {
    return Object.fromEntries(this.#byReason);
  }
}

const SECOND = 1000;
/** How far back the measure looks. */
const MEMORY_MS = 5 * SECOND;
/** Nothing answered yet, so nothing measured. */
const UNMEASURED_SECONDS = 5;
const LONGEST_SECONDS = 60;

/**
 * Completions per second over the last seconds: each one weighs 1 when it
 * happens and fades as e^(−age / 5 s). A stall shows as a falling rate.
 */
export class DrainRate {
  #weight = 0;
  #asOfMs = 0;
  #sinceMs: number | undefined = undefined;

  /** A request has left: answered by a worker, whatever the answer was. */
  completed(nowMs: number): void {
    // The first one starts the measure: a rate needs two ends.
    if (this.#sinceMs === undefined) this.#sinceMs = nowMs;
    else this.#weight = this.#weightAt(nowMs) + 1;
    this.#asOfMs = nowMs;
  }

  perSecond(nowMs: number): number {
    if (this.#sinceMs === undefined) return 0;
    // A young measure has not had its whole memory to count in.
    const share = 1 - Math.exp((this.#sinceMs - nowMs) / MEMORY_MS);
    if (share <= 0) return 0;
    return (this.#weightAt(nowMs) / (MEMORY_MS * share)) * SECOND;
  }

  /** Whole seconds, 1 to 60, until this many requests have left: the value of `Retry-After`. */
  secondsFor(requests: number, nowMs: number): number {
    if (this.#weight === 0) return UNMEASURED_SECONDS;
    const seconds = Math.ceil(Math.max(1, requests) / this.perSecond(nowMs));
    return Math.min(LONGEST_SECONDS, seconds);
  }

  #weightAt(nowMs: number): number {
    return this.#weight * Math.exp((this.#asOfMs - nowMs) / MEMORY_MS);
  }
}

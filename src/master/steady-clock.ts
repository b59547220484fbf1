/** Time in which nobody looked at the clock for longer than this did not happen. */
const LONGEST_GAP_MS = 1000;

/**
 * The master's one clock: milliseconds that pass only while the master runs.
 *
 * A machine that is suspended, a container that is paused and a master that got
 * SIGSTOP all stand still, and with them everybody the master waits for; a clock
 * that went on would have every deadline pass at once. The master looks at the
 * clock many times a second, so a longer time between two looks is taken out, and
 * whatever is counted from this clock goes on where it was.
 *
 * unwatched (nothing is taken out: a start may wait for much) → watched
 */
export class SteadyClock {
  readonly #raw: () => number;
  readonly #onGap: (gapMs: number) => void;
  #lookedAtMs: number;
  #takenOutMs = 0;
  #isWatched = false;

  /** @param raw milliseconds that never go back @param onGap told of each that is taken out */
  constructor(raw: () => number, onGap: (gapMs: number) => void) {
    this.#raw = raw;
    this.#onGap = onGap;
    this.#lookedAtMs = raw();
  }

  /** From here on somebody looks many times a second. */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#lookedAtMs = this.#raw();
  }

  now(): number {
    const rawMs = this.#raw();
    const gapMs = rawMs - this.#lookedAtMs;
    this.#lookedAtMs = rawMs;
    if (this.#isWatched && gapMs > LONGEST_GAP_MS) {
      this.#takenOutMs += gapMs;
      this.#onGap(gapMs);
    }
    return rawMs - this.#takenOutMs;
  }
}

/** The weight of a new observation once there are enough: some hundred count, for run times can be wild. */
const WEIGHT = 1 / 128;
/** So many observations count at most, with that weight. */
const MOST_SAMPLES = 2 / WEIGHT - 1;
/** Fewer say nothing. */
const LEAST_SAMPLES = 8;
/** Without new ones the old count for less and less: e^(−age / 10 s), slower where one takes long. */
const MEMORY_MS = 10_000;
const MEMORY_SAMPLES = 32;

/**
 * What a request of one group costs a worker while there is no lack of work: run,
 * reading, writing, and the way there and back. Only what had to wait or came
 * straight after another is observed, so it is capacity that is measured, and not how many happened to
 * come in a calm hour.
 */
export class Pace {
  #samples = 0;
  #meanMs = 0;
  #variance = 0;
  #lastMs = 0;

  observe(costMs: number, nowMs: number): void {
    if (!(costMs >= 0)) return;
    this.#samples = Math.min(this.#samplesAt(nowMs) + 1, MOST_SAMPLES);
    const weight = Math.max(WEIGHT, 1 / this.#samples);
    const deviation = costMs - this.#meanMs;
    this.#meanMs += weight * deviation;
    this.#variance = (1 - weight) * (this.#variance + weight * deviation * deviation);
    this.#lastMs = nowMs;
  }

  /** Workers came or went, or hold something else: what was learned may hold no longer. */
  forget(): void {
    this.#samples = 0;
  }

  isKnown(nowMs: number): boolean {
    return this.#samplesAt(nowMs) >= LEAST_SAMPLES;
  }

  get meanMs(): number {
    return this.#meanMs;
  }

  /** Of the sum of so many costs: each varies, and the mean itself is only known so well. */
  varianceOf(requests: number): number {
    return this.#variance * requests * (1 + requests / Math.max(1, this.#samples));
  }

  #samplesAt(nowMs: number): number {
    const ageMs = nowMs - this.#lastMs;
    const memoryMs = Math.max(MEMORY_MS, MEMORY_SAMPLES * this.#meanMs);
    return ageMs < memoryMs / 100 ? this.#samples : this.#samples * Math.exp(-ageMs / memoryMs);
  }
}

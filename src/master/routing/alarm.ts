/** One timer for many wishes: it goes off at the earliest time that somebody asked for. */
export class Alarm {
  readonly #now: () => number;
  readonly #ring: (nowMs: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #atMs = Number.POSITIVE_INFINITY;

  constructor(now: () => number, ring: (nowMs: number) => void) {
    this.#now = now;
    this.#ring = ring;
  }

  /** Whoever wants a later time asks again when it has gone off. */
  setFor(atMs: number): void {
    if (atMs >= this.#atMs) return;
    clearTimeout(this.#timer);
    this.#atMs = atMs;
    this.#timer = setTimeout(() => this.#goOff(), Math.max(0, atMs - this.#now()));
  }

  #goOff(): void {
    this.#atMs = Number.POSITIVE_INFINITY;
    this.#ring(this.#now());
  }
}

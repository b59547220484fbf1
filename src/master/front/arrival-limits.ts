import type { Server } from 'node:http';

export type ArrivalTimeouts = {
  readonly headerTimeout: number;
  readonly readTimeout: number;
};

/**
 * How long heads and requests may take to arrive, as `node:http` is told. It
 * counts by a clock of its own, in which no gap is taken out: after one, whatever
 * was arriving gets that much more time.
 */
export class ArrivalLimits {
  readonly #timeouts: ArrivalTimeouts;
  readonly #now: () => number;
  #extraMs = 0;
  /** By then all that was arriving in a gap has arrived, or was refused. */
  #extraUntilMs = 0;

  /** @param timeouts read whenever they are needed @param now tells of a gap before it returns, if there was one */
  constructor(timeouts: ArrivalTimeouts, now: () => number) {
    this.#timeouts = timeouts;
    this.#now = now;
  }

  /** `node:http` reads both at each of its looks, which may come before anybody knows of a gap. */
  ruleOver(server: Pick<Server, 'headersTimeout' | 'requestTimeout'>): void {
    Object.defineProperties(server, {
      headersTimeout: { get: () => this.#timeouts.headerTimeout + this.#extra() },
      requestTimeout: { get: () => this.#timeouts.readTimeout + this.#extra() },
    });
  }

  extend(gapMs: number, nowMs: number): void {
    this.#extraMs = gapMs + (nowMs < this.#extraUntilMs ? this.#extraMs : 0);
    this.#extraUntilMs = nowMs + this.#timeouts.readTimeout;
  }

  #extra(): number {
    return this.#now() < this.#extraUntilMs ? this.#extraMs : 0;
  }
}

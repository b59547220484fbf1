/** What a connection is waited for: (the rest of) a head, a body, the next request; or an answer waits for it. */
export type Stage = 'head' | 'body' | 'answer' | 'idle';

export type PatienceSettings = {
  readonly headerTimeout: number;
  readonly readTimeout: number;
  readonly keepAlive: number;
};

/** As `node:http` does it: what is said to be closed after the time may get a request at its very end. */
const KEEP_ALIVE_GRACE_MS = 1000;

/**
 * How long a connection may take. Nothing is noted while all goes well: a look at
 * it now and then is enough to see since when it stands where it does, give or
 * take the time between two looks, and never to its disadvantage.
 */
export class Patience {
  readonly #settings: PatienceSettings;
  /** Of the head or body that is coming; undefined: not looked at since it began. */
  #sinceMs: number | undefined;
  #stage: Stage = 'head';
  #requests = 0;

  constructor(settings: PatienceSettings, nowMs: number) {
    this.#settings = settings;
    this.#sinceMs = nowMs;
  }

  /** Another head or body begins. */
  begin(nowMs: number | undefined): void {
    this.#sinceMs = nowMs;
  }

  /** @param requests so many there were on the connection */
  isOver(stage: Stage, requests: number, nowMs: number): boolean {
    if (stage !== this.#stage || requests !== this.#requests) {
      if (stage !== 'body') this.#sinceMs = undefined;
      this.#stage = stage;
      this.#requests = requests;
    }
    this.#sinceMs ??= nowMs;
    return nowMs - this.#sinceMs >= this.#limitMs(stage);
  }

  #limitMs(stage: Stage): number {
    const { headerTimeout, readTimeout, keepAlive } = this.#settings;
    switch (stage) {
      case 'head':
        return Math.min(headerTimeout, readTimeout);
      case 'body':
        return readTimeout;
      case 'answer':
        return Number.POSITIVE_INFINITY;
      case 'idle':
        return keepAlive > 0 ? keepAlive + KEEP_ALIVE_GRACE_MS : Number.POSITIVE_INFINITY;
    }
  }
}

/**
 * What the server waits for on a connection: the rest of a head, the rest of a body, or the next
 * request (`idle`). In `answer` the client waits for the server.
 */
export type Stage = 'head' | 'body' | 'answer' | 'idle';

export type PatienceSettings = {
  readonly headerTimeout: number;
  readonly readTimeout: number;
  readonly keepAlive: number;
};

/** As in `node:http`: the client may send a request at the very end of the time it was told. */
const KEEP_ALIVE_GRACE_MS = 1000;

/**
 * How long a connection may take. Requests that go well note nothing here: a sweep over all
 * connections looks at each stage, and remembers when it first saw it. So a limit is exceeded by
 * the time between two sweeps at most, and never cut short.
 */
export class Patience {
  readonly #settings: PatienceSettings;
  /** Since when the present stage lasts; undefined when no sweep has looked at it yet. */
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

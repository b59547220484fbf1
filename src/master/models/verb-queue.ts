import { RequestError } from '../../errors.js';

/** More would only be a client that does not listen. */
const MOST_WAITING = 64;
const RETRY_AFTER_SECONDS = '5';

type Entry = {
  readonly key: string;
  readonly done: Promise<void>;
  readonly begin: () => Promise<void>;
  readonly refuse: (error: Error) => void;
};

/** Runs control verbs one after another: two rollouts at once would undo each other. */
export class VerbQueue {
  readonly #waiting: Entry[] = [];
  #isBusy = false;
  #closed: RequestError | undefined;

  /**
   * Resolves or rejects as `act` does. The same wish as the last one that waits (by its key) is
   * that one: who comes later gets the same answer, and nothing is done twice.
   */
  run(key: string, act: () => Promise<void>): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const last = this.#waiting.at(-1);
    if (last?.key === key) return last.done;
    if (this.#waiting.length >= MOST_WAITING) return Promise.reject(tooMany());
    const entry = makeEntry(key, act);
    this.#waiting.push(entry);
    void this.#work();
    return entry.done;
  }

  /** Who waits, and who comes from now on, is refused. The one that runs ends by itself. */
  close(error: RequestError): void {
    this.#closed = error;
    for (const entry of this.#waiting.splice(0)) entry.refuse(error);
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      await entry.begin();
    }
    this.#isBusy = false;
  }
}

function makeEntry(key: string, act: () => Promise<void>): Entry {
  let settle: (error?: Error) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  const begin = async (): Promise<void> => {
    try {
      await act();
      settle();
    } catch (error) {
      settle(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return { key, done, begin, refuse: settle };
}

function tooMany(): RequestError {
  return new RequestError(
    'QUEUE_FULL',
    `${MOST_WAITING} loads and unloads wait already; try again when some are done`,
    { headers: { 'retry-after': RETRY_AFTER_SECONDS } },
  );
}

import { RequestError } from '../../errors.js';

/** More would only be a client that does not listen. */
const MOST_WAITING = 64;
const RETRY_AFTER_SECONDS = '5';

type Entry = {
  readonly key: string;
  readonly done: Promise<unknown>;
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
  run<T>(key: string, act: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const last = this.#waiting.at(-1);
    // Alike by key, they are alike in what they give.
    if (last?.key === key) return last.done as Promise<T>;
    if (this.#waiting.length >= MOST_WAITING) return Promise.reject(tooMany());
    const { entry, done } = makeEntry(key, act);
    this.#waiting.push(entry);
    void this.#work();
    return done;
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

function makeEntry<T>(key: string, act: () => Promise<T>): { entry: Entry; done: Promise<T> } {
  let settle: (act: Promise<T>) => void = () => {};
  const done = new Promise<T>((resolve) => {
    settle = resolve;
  });
  const begin = async (): Promise<void> => {
    const acted = (async () => act())();
    settle(acted);
    await acted.catch(() => {});
  };
  const refuse = (error: Error): void => settle(Promise.reject(error));
  return { entry: { key, done, begin, refuse }, done };
}

function tooMany(): RequestError {
  return new RequestError(
    'QUEUE_FULL',
    `${MOST_WAITING} loads and unloads wait already; try again when some are done`,
    { headers: { 'retry-after': RETRY_AFTER_SECONDS } },
  );
}

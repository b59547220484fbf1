import { messageOf } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import type { Appearance } from './repository-look.js';

/**
 * What has changed in a folder that is looked at again and again. A change counts once two looks in
 * a row see the same: half a copy is not taken for a model.
 */
export class Sightings {
  #taken: Appearance;
  #last: Appearance;

  /** @param taken what it looked like when it was read */
  constructor(taken: Appearance) {
    this.#taken = taken;
    this.#last = taken;
  }

  /** One that was not looked at before; what it looked like when it was read. */
  learn(path: string, look: string): void {
    if (look === '' || this.#taken.has(path)) return;
    this.#taken = new Map(this.#taken).set(path, look);
    this.#last = new Map(this.#last).set(path, look);
  }

  /** @returns paths that look otherwise than when they were taken, and as at the look before: taken with this */
  see(now: Appearance): Set<string> {
    const paths = new Set([...now.keys(), ...this.#taken.keys()]);
    const isCalm = (path: string): boolean => now.get(path) === this.#last.get(path);
    const isNew = (path: string): boolean => now.get(path) !== this.#taken.get(path);
    const changed = [...paths].filter((path) => isNew(path) && isCalm(path));
    this.#taken = withThese(this.#taken, now, changed);
    this.#last = now;
    return new Set(changed);
  }
}

function withThese(taken: Appearance, now: Appearance, paths: readonly string[]): Appearance {
  const next = new Map(taken);
  for (const path of paths) {
    const look = now.get(path);
    if (look === undefined) next.delete(path);
    else next.set(path, look);
  }
  return next;
}

export type WatchParts = {
  readonly intervalMs: number;
  /** What the log says of a change. */
  readonly news: string;
  readonly log: Pick<Logger, 'info' | 'error'>;
  look(): Promise<Appearance>;
  /** Reads these anew; rejects with the reason when some of them cannot be served. */
  take(paths: ReadonlySet<string>): Promise<void>;
};

/**
 * Looks at the repository every so often. It asks again and again, because network file systems,
 * bind mounts and the volumes of Kubernetes tell nobody of a change.
 */
export class Watch {
  readonly #parts: WatchParts;
  readonly #sightings: Sightings;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  constructor(taken: Appearance, parts: WatchParts) {
    this.#parts = parts;
    this.#sightings = new Sightings(taken);
    this.#wait();
  }

  learn(path: string, look: string): void {
    this.#sightings.learn(path, look);
  }

  close(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
  }

  /** The next look only after this one is over: a slow disk is not asked twice at once. */
  #wait(): void {
    if (this.#hasEnded) return;
    this.#timer = setTimeout(
      () => void this.#look().finally(() => this.#wait()),
      this.#parts.intervalMs,
    );
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { look, take, news, log } = this.#parts;
    try {
      const changed = this.#sightings.see(await look());
      if (changed.size === 0 || this.#hasEnded) return;
      log.info({ paths: [...changed] }, news);
      await take(changed);
    } catch (error) {
      if (this.#hasEnded) return;
      const reason = messageOf(error);
      log.error({ reason }, 'change not taken');
    }
  }
}

import { threadShare } from '../../config/cpus/thread-share.js';
import { RequestError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import { type Generations, RolloutError } from './generations.js';

export type ScalingParts = {
  readonly generations: Pick<Generations, 'current' | 'wantedWorkers' | 'roll'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** One change of the workers at a time. */
  inTurn(key: string, act: () => Promise<void>): Promise<void>;
};

/** As many as the setting `workers` may say. */
export const MOST_WORKERS = 1024;

/** Changes how many workers there are to be: a rollout to another number of slots. */
export class Scaling {
  readonly #parts: ScalingParts;
  /** What signals have asked for and no rollout has begun yet. */
  #pending = 0;

  constructor(parts: ScalingParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when so many are ready, and who is too many is gone.
   *
   * @throws RequestError BOOT_FAILED when a new one could not boot: all is as before
   */
  to(workers: number): Promise<void> {
    return this.#parts.inTurn(`scale ${workers}`, () => this.#roll(workers));
  }

  /** SIGTTIN and SIGTTOU. They may come in any number while others are carried out: the sum counts. */
  by(step: 1 | -1): void {
    const { generations, log, inTurn } = this.#parts;
    const next = generations.wantedWorkers + this.#pending + step;
    if (next > MOST_WORKERS || (step < 0 && next < 1)) {
      log.warn({ workers: next - step }, 'not scaled: this is as far as signals go');
      return;
    }
    this.#pending += step;
    inTurn('scale by signal', () => this.#takePending()).catch((error: Error) => {
      const isStopping = error instanceof RequestError && error.code === 'DRAINING';
      if (!isStopping) log.error({ reason: error.message }, 'scaling failed');
    });
  }

  async #takePending(): Promise<void> {
    const { slots } = this.#parts.generations.current;
    const asked = slots + this.#pending;
    this.#pending = 0;
    // What ran before may have left fewer than there were when the signals came.
    const workers = Math.min(Math.max(asked, Math.min(slots, 1)), MOST_WORKERS);
    if (workers !== slots) await this.#roll(workers);
  }

  async #roll(workers: number): Promise<void> {
    const { generations, log } = this.#parts;
    const { current } = generations;
    // Who wants more workers waits until they are there; fewer can be had from a sick slot, too.
    const awaited = workers < current.slots ? [] : current.models.map(({ name }) => name);
    try {
      await generations.roll(current, new Set(awaited), workers);
    } catch (error) {
      if (!(error instanceof RolloutError)) throw error;
      const text = `not scaled to ${workers}, ${current.slots} workers serve on: ${error.message}`;
      throw new RequestError('BOOT_FAILED', text, { cause: error });
    }
    const { threads } = threadShare(current.renewal.settings, workers);
    log.info({ workers, before: current.slots, threads }, 'scaled');
  }
}

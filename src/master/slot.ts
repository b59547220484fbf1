import type { WorkerHandle } from './worker-handle.js';

/** A numbered seat that outlives the worker in it. */
export class Slot {
  readonly number: number;
  /** One worker, or two while a successor boots; none while in backoff. */
  readonly workers: Set<WorkerHandle> = new Set();
  /** Deaths in a row that count for backoff. */
  failures = 0;
  /** Clock time before which the slot is not filled. */
  nextTryMs = 0;

  constructor(number: number) {
    this.number = number;
  }

  /** The worker that is to stay: booting or ready. */
  get keeper(): WorkerHandle | undefined {
    for (const worker of this.workers) {
      if (worker.state === 'booting' || worker.state === 'ready') return worker;
    }
    return undefined;
  }
}

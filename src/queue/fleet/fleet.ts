import type { Queued } from '../request.js';
import type { WorkerLoad } from './worker-load.js';

/** All workers that have been ready and are not gone, in the order in which they came. */
export class Fleet<R extends Queued, W> {
  readonly #loads: WorkerLoad<R, W>[] = [];

  /**
   * Requests at workers, those whose client left included: they still occupy their worker. Not the
   * places of those that were taken back, and no slices: each is counted once.
   */
  get inFlight(): number {
    let sum = 0;
    for (const load of this.#loads) {
      sum += load.slice === undefined ? load.ownInFlight : load.ownInFlight - 1;
    }
    return sum;
  }

  get busyWorkers(): number {
    let sum = 0;
    for (const load of this.#loads) if (load.inFlight > 0) sum += 1;
    return sum;
  }

  get loads(): readonly WorkerLoad<R, W>[] {
    return this.#loads;
  }

  add(load: WorkerLoad<R, W>): void {
    this.#loads.push(load);
  }

  /** False when it was not there. */
  remove(load: WorkerLoad<R, W>): boolean {
    const index = this.#loads.indexOf(load);
    if (index >= 0) this.#loads.splice(index, 1);
    return index >= 0;
  }

  /** Those in flight whose client waits for an answer. */
  *unanswered(): Generator<R, void, undefined> {
    for (const load of this.#loads) {
      for (const request of load.requests) if (request.state === 'in flight') yield request;
    }
  }
}

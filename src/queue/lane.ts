import type { Estimate, Estimates } from './estimate.js';
import type { Queued } from './request.js';
import { RequestQueue } from './request-queue.js';
import type { WorkerLoad } from './worker-load.js';

/**
 * Those who wait for the same thing, in order of arrival, and the workers that
 * can give it to them.
 */
export class Lane<R extends Queued, W> extends RequestQueue<R> {
  readonly key: string;
  /** The workers that are fed and hold what this lane asks for. */
  readonly holders: WorkerLoad<R, W>[];
  /** Its neighbours among the lanes in which somebody waits, by their first requests. */
  earlier: Lane<R, W> | undefined = undefined;
  later: Lane<R, W> | undefined = undefined;
  /** It is one of those lanes. */
  isListed = false;
  #group: string | undefined = undefined;
  #estimate: Estimate | undefined = undefined;

  constructor(key: string, holders: WorkerLoad<R, W>[]) {
    super();
    this.key = key;
    this.holders = holders;
  }

  /** Looked up only when the group is another one: what the lane asks for has a new version. */
  estimateOf(group: string, estimates: Estimates): Estimate {
    if (this.#estimate === undefined || this.#group !== group) {
      this.#group = group;
      this.#estimate = estimates.of(group);
    }
    return this.#estimate;
  }

  addHolder(load: WorkerLoad<R, W>): void {
    if (load.holds(this.key)) this.holders.push(load);
  }

  removeHolder(load: WorkerLoad<R, W>): void {
    const index = this.holders.indexOf(load);
    if (index >= 0) this.holders.splice(index, 1);
  }
}

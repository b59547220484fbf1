import type { Estimate, Estimates } from '../fleet/estimate.js';
import type { Pace } from '../fleet/pace.js';
import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import type { ModelLimit } from './model-limits.js';
import type { Priority } from './priority.js';
import { RequestQueue } from './request-queue.js';

/**
 * Those who wait for the same thing with the same priority, in order of rank, and
 * the workers that can give it to them.
 */
export class Lane<R extends Queued, W> extends RequestQueue<R> {
  readonly key: string;
  readonly priority: Priority;
  /** The workers that are fed and hold what this lane asks for. */
  readonly holders: WorkerLoad<R, W>[];
  /** Its neighbours among the lanes in which somebody waits, by their first requests. */
  earlier: Lane<R, W> | undefined = undefined;
  later: Lane<R, W> | undefined = undefined;
  /** It is one of those lanes. */
  isListed = false;
  /** Known once somebody has asked for it. */
  limit: ModelLimit | undefined = undefined;
  #group: string | undefined = undefined;
  #estimate: Estimate | undefined = undefined;

  constructor(key: string, priority: Priority, holders: WorkerLoad<R, W>[]) {
    super();
    this.key = key;
    this.priority = priority;
    this.holders = holders;
  }

  /** As many of its model's requests are at workers as may be: it is passed over, and claims nobody. */
  get isHeldBack(): boolean {
    return this.limit?.isReached === true;
  }

  /** What one of its requests costs a worker; undefined before the first one came. */
  get pace(): Pace | undefined {
    return this.#estimate?.pace;
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

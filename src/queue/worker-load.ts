import { ANY_WORKER, type Queued } from './request.js';
import { RequestList } from './request-list.js';

/**
 * What one worker has in front of it, as the dispatcher knows it.
 *
 * fed → gets requests · draining (`isFed` false) → gets no more ·
 * overran → its running request passed the execution timeout, the master kills it.
 * `reservedFor` is a suspect that waits for this worker to be empty, or runs
 * alone in it: nothing joins meanwhile.
 *
 * A worker runs its requests one after another in the order it got them, so
 * the first one is running and its clock started when it was dispatched to the
 * idle worker, or else when the answer before it arrived.
 */
export class WorkerLoad<R extends Queued, W> {
  readonly worker: W;
  /** How many things can be asked of it: the fewer, the rather it gets them. */
  readonly breadth: number;
  /** In order of dispatch; requests whose client left stay until the worker is through with them. */
  readonly requests: RequestList<R> = new RequestList();
  isFed = true;
  hasOverrun = false;
  reservedFor: R | undefined = undefined;
  /** The last pass of the dispatcher in which somebody waited for it in vain. */
  claimedIn = 0;
  /** When the running request's execution clock started. */
  runningSinceMs: number;
  /** When it last had nothing to do, or last gave an answer. */
  idleSinceMs: number;
  readonly #keys: ReadonlySet<string> | undefined;
  #estimatedMs = 0;

  /** `keys`: what can be asked of it, beside what can be asked of any; without them, everything. */
  constructor(worker: W, nowMs: number, keys?: ReadonlySet<string>) {
    this.worker = worker;
    this.#keys = keys;
    this.breadth = keys?.size ?? Number.POSITIVE_INFINITY;
    this.runningSinceMs = nowMs;
    this.idleSinceMs = nowMs;
  }

  /** The request that is running; undefined when the worker is empty. */
  get running(): R | undefined {
    return this.requests.first;
  }

  get inFlight(): number {
    return this.requests.depth;
  }

  /** May get requests at all: the rest is a question of time. */
  get isOpen(): boolean {
    return this.isFed && !this.hasOverrun && this.reservedFor === undefined;
  }

  /** Whether requests of this key may go to it. */
  holds(key: string): boolean {
    return this.#keys === undefined || key === ANY_WORKER || this.#keys.has(key);
  }

  /** The request with this id, or undefined: answers come in order, so the first is nearly always it. */
  find(arrival: number): R | undefined {
    let request = this.requests.first;
    while (request !== undefined && request.arrival !== arrival) request = request.next;
    return request;
  }

  /** `request.estimateMs` says what to expect. */
  take(request: R, nowMs: number): void {
    if (this.requests.depth === 0) this.runningSinceMs = nowMs;
    this.requests.append(request);
    this.#estimatedMs += request.estimateMs;
  }

  /** The worker is through with a request: the next one's clock starts. */
  leave(request: R, nowMs: number): void {
    this.requests.remove(request);
    // Set anew rather than summed: rounding errors must not pile up, and Infinity − Infinity is no number.
    this.#estimatedMs = this.requests.depth === 0 ? 0 : this.#estimatedMs - request.estimateMs;
    this.runningSinceMs = nowMs;
    this.idleSinceMs = nowMs;
  }

  /**
   * Estimated work in front of a newcomer: the sum of the estimates, less the
   * time the running request has had already.
   *
   * That time is only taken off where run times are steady. Otherwise a request
   * that happens to run 50 ms in a group whose mean is 4 ms would look nearly
   * done for most of its run, and one after another would be stuck behind it.
   * For the same reason nothing joins a request that is late. "Late" leaves room
   * for the way there and back and for a worker that answers several at once.
   */
  workInFrontMs(nowMs: number, workAheadMs: number): number {
    const running = this.requests.first;
    if (running === undefined) return 0;
    const hasRunMs = Math.max(0, nowMs - this.runningSinceMs);
    if (hasRunMs > running.estimateMs + 2 * workAheadMs) return Number.POSITIVE_INFINITY;
    const isSteady = running.estimate?.isSteady(workAheadMs) === true;
    return isSteady ? Math.max(0, this.#estimatedMs - hasRunMs) : this.#estimatedMs;
  }

  /** The running request has passed its execution timeout. */
  isOverrun(nowMs: number): boolean {
    const running = this.requests.first;
    return running !== undefined && nowMs - this.runningSinceMs >= running.timeoutMs;
  }
}

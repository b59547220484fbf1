import { ANY_WORKER, type Queued } from '../request.js';
import { RequestList } from '../request-list.js';
import { BatchWatch } from './batch-watch.js';
import { Hearing } from './hearing.js';
import { Stub } from './stub.js';

/** So many times what was expected are no longer chance. */
const OVERTIME = 10;

/** A slice of a request that another worker has: it occupies this one until it is run. */
export type SliceAtHand = { readonly deadlineMs: number };

/**
 * What one worker has in front of it, as the dispatcher knows it.
 *
 * fed → gets requests · draining (`isFed` false) → gets no more ·
 * stopping → was told to break off what it runs, and gets nothing before it has ·
 * doomed → the master kills it.
 * `reservedFor` is a suspect that waits for this worker to be empty, or runs
 * alone in it: nothing joins meanwhile.
 *
 * A worker runs its requests one after another in the order it got them, so
 * the first one is running and its clock started when it was dispatched to the
 * idle worker, or else when the answer before it arrived. Others of its group may
 * be in one batch with it: the limit of a batch is the smallest of its members'.
 * Whoever asks for something else only waits there, and its limit does not count yet.
 */
export class WorkerLoad<R extends Queued, W> {
  readonly worker: W;
  /** How many things can be asked of it: the fewer, the rather it gets them. */
  readonly breadth: number;
  /** In order of dispatch; requests whose client left stay until the worker is through with them. */
  readonly requests: RequestList<R> = new RequestList();
  isFed = true;
  isDoomed = false;
  /** Until when it may take to break off what it was told to; undefined: nothing. */
  stopsByMs: number | undefined = undefined;
  /** Groups whose runs were seen to be asynchronous: they hear that they are to stop. */
  readonly asynchronous: Set<string> = new Set();
  readonly hearing: Hearing;
  /** What lies ready here while another runs; undefined once that has ended. */
  standby: R | undefined = undefined;
  readonly batches: BatchWatch = new BatchWatch();
  reservedFor: R | undefined = undefined;
  slice: SliceAtHand | undefined = undefined;
  /** The last pass of the dispatcher in which somebody waited for it in vain. */
  claimedIn = 0;
  /** When the running request's execution clock started. */
  runningSinceMs: number;
  /** When it last had nothing to do, or last gave an answer. */
  idleSinceMs: number;
  readonly #keys: ReadonlySet<string> | undefined;
  #estimatedMs = 0;
  /** At most the smallest execution timeout in it: that of one that was here since it was empty. */
  #leastTimeoutMs = Number.POSITIVE_INFINITY;
  /** How many it was told to break off. */
  #stopping = 0;
  /** How many others were given, and may still be run here. */
  #stubs = 0;

  /** `keys`: what can be asked of it, beside what can be asked of any; without them, everything. */
  constructor(worker: W, nowMs: number, keys?: ReadonlySet<string>) {
    this.worker = worker;
    this.#keys = keys;
    this.breadth = keys?.size ?? Number.POSITIVE_INFINITY;
    this.runningSinceMs = nowMs;
    this.idleSinceMs = nowMs;
    this.hearing = new Hearing(nowMs);
  }

  /** The request that is running; undefined when the worker is empty. */
  get running(): R | undefined {
    return this.requests.first;
  }

  /** What it has to run: its requests, and the slice of another worker's. */
  get inFlight(): number {
    return this.requests.depth + (this.slice === undefined ? 0 : 1);
  }

  /** The same without those that were taken back: each of them is counted where it went. */
  get ownInFlight(): number {
    return this.inFlight - this.#stubs;
  }

  /** May get requests at all: the rest is a question of time. */
  get isOpen(): boolean {
    const mayGetMore = this.isFed && !this.isDoomed && this.stopsByMs === undefined;
    return mayGetMore && this.reservedFor === undefined && this.slice === undefined;
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
    if (this.requests.depth === 0) {
      this.runningSinceMs = nowMs;
      this.#leastTimeoutMs = request.timeoutMs;
    } else if (request.timeoutMs < this.#leastTimeoutMs) this.#leastTimeoutMs = request.timeoutMs;
    // One that stands by begins when the one before it ends, and has that one's place from then on.
    if (!request.isStandby || request.limit !== this.running?.limit) occupyPlace(request);
    this.requests.append(request);
    this.#estimatedMs += request.estimateMs;
  }

  /** It was told to break this one off. */
  stop(request: R, byMs: number): void {
    if (request.isStopping) return;
    request.isStopping = true;
    this.#stopping += 1;
    this.stopsByMs ??= byMs;
  }

  /**
   * Before `leave`: learns what it cost, where that is a measure of capacity. The
   * worker went straight from the one before to it, or it had had to wait.
   */
  notePace({ dispatchedAtMs, waitedMs, estimate }: R, nowMs: number): void {
    if (dispatchedAtMs > this.idleSinceMs && waitedMs === 0) return;
    estimate?.pace.observe(nowMs - Math.max(this.idleSinceMs, dispatchedAtMs), nowMs);
  }

  /** The worker is through with a request: the next one's clock starts. */
  leave(request: R, nowMs: number): void {
    const wasRunning = this.requests.first === request;
    this.requests.remove(request);
    leavePlace(request);
    const next = this.requests.first;
    if (next?.hasPlace === false) occupyPlace(next);
    if (this.reservedFor === request) this.reservedFor = undefined;
    request.slicesDie?.();
    // Set anew rather than summed: rounding errors must not pile up, and Infinity − Infinity is no number.
    this.#estimatedMs = this.requests.depth === 0 ? 0 : this.#estimatedMs - request.estimateMs;
    if (wasRunning) this.runningSinceMs = nowMs;
    this.idleSinceMs = nowMs;
    this.hearing.heard(nowMs);
    if (request.isStopping) this.#stopped(request);
    if (this.#stubs > 0 && request instanceof Stub) this.#stubs -= 1;
    if (this.standby !== undefined && (next === this.standby || request === this.standby)) {
      this.standby.isStandby = false;
      this.standby = undefined;
    }
  }

  #stopped(request: R): void {
    request.isStopping = false;
    this.#stopping -= 1;
    if (this.#stopping === 0) this.stopsByMs = undefined;
  }

  /**
   * Leaves a stub in its place, which counts as it did; nobody waits for it.
   * Only what every request has is looked at in one that is done.
   */
  takeBack(request: R): R {
    const stub = new Stub(request) as Queued as R;
    this.#stubs += 1;
    request.hasPlace = false; // the stub has it
    this.requests.insertAfter(request, stub);
    this.requests.remove(request);
    if (this.standby === request) this.standby = undefined;
    return stub;
  }

  /** What runs takes ten times as long as all that may be one batch with it was expected to. */
  isOvertime(nowMs: number, workAheadMs: number): boolean {
    const running = this.requests.first;
    if (running === undefined) return false;
    const ranMs = nowMs - this.runningSinceMs;
    if (ranMs <= OVERTIME * workAheadMs || ranMs <= OVERTIME * running.estimateMs) return false;
    let batchMs = 0;
    for (const { group, estimateMs } of this.requests) {
      if (group === running.group) batchMs += estimateMs;
    }
    return ranMs > OVERTIME * batchMs;
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

  /** Whether what may become one batch with this request would take at most half of its time limit. */
  hasTimeFor(request: R): boolean {
    if (this.requests.depth === 0) return true;
    const leastMs = Math.min(this.#leastTimeoutMs, request.timeoutMs);
    // Nearly always, and then no other request is looked at.
    if (2 * (this.#estimatedMs + request.estimateMs) <= leastMs) return true;
    let batchMs = request.estimateMs;
    for (const other of this.requests) {
      if (other.group === request.group) batchMs += other.estimateMs;
    }
    return 2 * batchMs <= this.#batchLimitMs(request);
  }

  /** What runs has passed its execution timeout. */
  isOverrun(nowMs: number): boolean {
    const running = this.requests.first;
    const ranMs = nowMs - this.runningSinceMs;
    if (running === undefined || ranMs < this.#leastTimeoutMs) return false;
    return ranMs >= this.#batchLimitMs(running);
  }

  /** The smallest execution timeout of those that may be in one batch with this request. */
  #batchLimitMs({ group, timeoutMs }: R): number {
    let leastMs = timeoutMs;
    for (const other of this.requests) {
      if (other.group === group && other.timeoutMs < leastMs) leastMs = other.timeoutMs;
    }
    return leastMs;
  }
}

function occupyPlace(request: Queued): void {
  request.hasPlace = true;
  request.limit?.count(1);
}

function leavePlace(request: Queued): void {
  if (request.hasPlace) request.limit?.count(-1);
  request.hasPlace = false;
}

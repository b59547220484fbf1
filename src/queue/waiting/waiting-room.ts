import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import { RequestList } from '../request-list.js';
import { Lanes } from './lanes.js';

/**
 * Everybody who waits: the queue, lane by lane in order of arrival, and the
 * suspects that have reserved a worker and wait for it to be empty. Those have
 * stepped out of their lanes, so that a lane's first request is always one that
 * may run next.
 */
export class WaitingRoom<R extends Queued, W> {
  readonly lanes: Lanes<R, W> = new Lanes();
  readonly #reserved: RequestList<R> = new RequestList();

  get depth(): number {
    return this.lanes.depth + this.#reserved.depth;
  }

  get hasReservations(): boolean {
    return this.#reserved.depth > 0;
  }

  /** The longest wait, all its stays here together; 0 when none waits. */
  oldestWaitMs(nowMs: number): number {
    let longest = 0;
    for (let lane = this.lanes.first; lane !== undefined; lane = lane.later) {
      if (lane.first !== undefined) longest = Math.max(longest, waitOf(lane.first, nowMs));
    }
    for (const request of this.#reserved) longest = Math.max(longest, waitOf(request, nowMs));
    return longest;
  }

  /** A new request: its wait begins, in no list yet. */
  arrive(request: R, nowMs: number): void {
    request.state = 'waiting';
    request.queuedAtMs = nowMs;
  }

  /** Back from a dead worker. Its deadline bounds waiting only, so the time in flight is added to it. */
  comeBack(request: R, nowMs: number): void {
    request.state = 'waiting';
    request.queueDeadlineMs += nowMs - request.dispatchedAtMs;
    request.queuedAtMs = nowMs;
    this.lanes.putBack(request);
  }

  reserve(suspect: R, load: WorkerLoad<R, W>): void {
    this.lanes.remove(suspect);
    this.#reserved.append(suspect);
    load.reservedFor = suspect;
  }

  /** The suspect that waits for this worker; undefined also when it runs there already. */
  reservationOf(load: WorkerLoad<R, W>): R | undefined {
    const suspect = load.reservedFor;
    return suspect !== undefined && this.#reserved.has(suspect) ? suspect : undefined;
  }

  /** The worker is lost to the suspect that waits for it: it queues again and reserves another. */
  release(load: WorkerLoad<R, W>): void {
    const suspect = this.reservationOf(load);
    if (suspect === undefined) return;
    this.#reserved.remove(suspect);
    load.reservedFor = undefined;
    this.lanes.putBack(suspect);
  }

  /** Goes to its worker. */
  leave(request: R, nowMs: number): void {
    if (!this.lanes.remove(request)) this.#reserved.remove(request);
    request.waitedMs = waitOf(request, nowMs);
  }

  /** Waits no longer, if it did; a worker it had reserved is free for others. */
  giveUp(request: R, loads: readonly WorkerLoad<R, W>[]): void {
    if (this.lanes.remove(request) || !this.#reserved.remove(request)) return;
    for (const load of loads) if (load.reservedFor === request) load.reservedFor = undefined;
  }

  /** Those who may not be dispatched any more; an array is made only if there are any. */
  pastDeadline(nowMs: number): readonly R[] {
    let late: R[] | undefined;
    for (const request of this) {
      if (nowMs <= request.latestStartMs) continue;
      late ??= [];
      late.push(request);
    }
    return late ?? [];
  }

  *[Symbol.iterator](): Generator<R, void, undefined> {
    yield* this.lanes;
    yield* this.#reserved;
  }
}

function waitOf(request: Queued, nowMs: number): number {
  return request.waitedMs + nowMs - request.queuedAtMs;
}

import type { DispatcherOptions, DispatcherPorts, KillCause } from '../dispatcher-ports.js';
import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import type { WaitingRoom } from '../waiting/waiting-room.js';
import type { Endings } from './endings.js';
import { culpritOf } from './quarantine.js';
import { clientTimeout, executionTimeout, streamTimeout } from './refusal.js';

/** How long a run that was told to stop may take to do so. */
const STOP_GRACE_MS = 1000;

/** What becomes of slices that other workers run of a request. */
export type SlicedRequests<R extends Queued, W> = {
  helpersOf(request: R): readonly WorkerLoad<R, W>[];
  /** It is out of time: who still runs a slice of it has until then to end. */
  expire(request: R, byMs: number): void;
};

/**
 * The clocks of what is at workers, and what follows when one has run out.
 *
 * A client's own limit ends its wait, never the worker: else anybody could have
 * workers killed. The execution timeout ends the run: code that is known to be
 * asynchronous is told to stop and has a moment to do so, all other is killed at
 * once, since it cannot hear. A streamed reply hears between its pieces.
 */
export class Expiry<R extends Queued, W> {
  readonly #ports: DispatcherPorts<R, W>;
  readonly #waiting: WaitingRoom<R, W>;
  readonly #endings: Endings<R, W>;
  readonly #options: Pick<DispatcherOptions, 'deafAfterMs'>;
  readonly #sliced: SlicedRequests<R, W> | undefined;

  constructor(
    ports: DispatcherPorts<R, W>,
    waiting: WaitingRoom<R, W>,
    endings: Endings<R, W>,
    options: Pick<DispatcherOptions, 'deafAfterMs'>,
    sliced?: SlicedRequests<R, W>,
  ) {
    this.#ports = ports;
    this.#waiting = waiting;
    this.#endings = endings;
    this.#options = options;
    this.#sliced = sliced;
  }

  look(load: WorkerLoad<R, W>, nowMs: number): void {
    // At one that is killed, too: its end may take a while.
    for (const request of [...load.requests]) this.#lookAtRequest(load, request, nowMs);
    if (load.isDoomed) return;
    const { running } = load;
    if (running === undefined) {
      if (load.slice === undefined) this.#lookAtIdle(load, nowMs);
      else if (nowMs >= load.slice.deadlineMs)
        this.#kill(load, this.#isStopped(load) ? 'stopped' : 'overran');
      return;
    }
    // Only who is still there can be slow: what runs on for nobody has to end.
    if (running.isHeldBack && running.state === 'in flight') load.runningSinceMs = nowMs;
    if (load.stopsByMs === undefined) {
      if (load.isOverrun(nowMs)) this.#overrun(load, nowMs);
    } else if (nowMs >= load.stopsByMs) this.#kill(load, 'ran on');
  }

  /** Who has no work must hear; one that drains is about to leave, and need not. */
  #lookAtIdle(load: WorkerLoad<R, W>, nowMs: number): void {
    const { deafAfterMs } = this.#options;
    if (deafAfterMs === undefined || !load.isFed) return;
    const due = load.hearing.look(nowMs, deafAfterMs);
    if (due === 'ping') this.#ports.ping?.(load.worker);
    else if (due === 'deaf') this.#kill(load, 'deaf');
  }

  #lookAtRequest(load: WorkerLoad<R, W>, request: R, nowMs: number): void {
    const { clientDeadlineMs, streamTimeoutMs, begunAtMs, state } = request;
    if (state !== 'in flight') return;
    if (clientDeadlineMs !== undefined && nowMs >= clientDeadlineMs) {
      this.#endings.refuse(request, clientTimeout(request));
      this.#ports.abort(request, load.worker);
    } else if (streamTimeoutMs !== undefined && begunAtMs !== undefined) {
      if (nowMs - begunAtMs < streamTimeoutMs) return;
      this.#endings.refuse(request, streamTimeout(request));
      this.#stop(load, request, nowMs);
    }
  }

  #overrun(load: WorkerLoad<R, W>, nowMs: number): void {
    const { running } = load;
    if (running === undefined) return;
    // Asked first: killing the worker ends the stop.
    const isStopped = this.#isStopped(load);
    if (isStopped || load.hearing.isOverdueAt(running.dispatchedAtMs)) {
      this.#kill(load, isStopped ? 'stopped' : 'deaf');
      return;
    }
    if (running.isSliced && this.#freedOfStopped(running)) {
      load.runningSinceMs = nowMs;
      return;
    }
    const culprit = culpritOf(load.requests);
    if (this.#hears(load, running)) {
      this.#waiting.release(load);
      for (const request of load.requests) {
        if (request.group === running.group) this.#stop(load, request, nowMs);
      }
    } else this.#kill(load, 'overran');
    if (running.isSliced) this.#sliced?.expire(running, nowMs + STOP_GRACE_MS);
    if (culprit !== undefined) this.#endings.refuse(culprit, executionTimeout(culprit));
  }

  /**
   * Who runs a request in slices hears between them. One of several that may not run twice is ended
   * by the kill, as all that came with it.
   */
  #hears(load: WorkerLoad<R, W>, { group, isRetryable, isSliced }: R): boolean {
    return (isSliced || load.asynchronous.has(group)) && (load.inFlight === 1 || isRetryable);
  }

  /** What was stopped from outside with a slice is not the request's fault: the slice is run again elsewhere. */
  #freedOfStopped(request: R): boolean {
    const helpers = this.#sliced?.helpersOf(request) ?? [];
    const stopped = helpers.filter((helper) => this.#isStopped(helper));
    for (const helper of stopped) if (!helper.isDoomed) this.#kill(helper, 'stopped');
    return stopped.length > 0;
  }

  #isStopped({ worker }: WorkerLoad<R, W>): boolean {
    return this.#ports.isStopped?.(worker) === true;
  }

  #stop(load: WorkerLoad<R, W>, request: R, nowMs: number): void {
    load.stop(request, nowMs + STOP_GRACE_MS);
    this.#ports.abort(request, load.worker);
  }

  #kill(load: WorkerLoad<R, W>, why: KillCause): void {
    load.isDoomed = true;
    this.#waiting.release(load);
    this.#ports.kill(load.worker, why);
  }
}

import type { RequestError } from '../errors.js';
import type { Casualties, DispatcherOptions, DispatcherPorts } from './dispatcher-ports.js';
import { Estimates } from './estimate.js';
import { charge, culpritOf, type Death, fateOf, isSuspect } from './quarantine.js';
import { executionTimeout, queueTimeout, workerCrashed } from './refusal.js';
import type { Queued } from './request.js';
import { WaitingRoom } from './waiting-room.js';
import { chooseFree, chooseToReserve, type FreeRule } from './worker-choice.js';
import { WorkerLoad } from './worker-load.js';

export type { Casualties, DispatcherOptions, DispatcherPorts } from './dispatcher-ports.js';

/**
 * Gives requests to workers: the one queue, and what each worker has in front.
 *
 *     submit ─▶ queue ─────────────▶ worker load ─▶ done
 *                 │  ▲      (free)      ▲   │
 *         suspect ▼  │ put back         │   │ worker gone: run again
 *              reserved ────────────────┘   │   (or refused, cut off, dropped)
 *                 (its worker is empty)     └──▶ queue, by its arrival number
 *
 * Requests go in order of arrival among those that may run now. A suspect (see
 * quarantine.ts) reserves a worker when its turn comes and steps out of the
 * queue; the others go on with the other workers.
 *
 * Invariants: a request is in exactly one list until it is done; it is answered
 * once (by the caller when `finished` says so, or through `refuse` or `cutOff`)
 * or withdrawn; nothing is dispatched past its queue deadline or to a worker
 * that is reserved, draining or overran.
 *
 * Everything is synchronous and each port is called with the state settled, so
 * ports may call back. Time is passed in: milliseconds of one steady clock.
 */
export class Dispatcher<R extends Queued, W> {
  readonly estimates: Estimates = new Estimates();
  readonly #ports: DispatcherPorts<R, W>;
  readonly #rule: FreeRule<W>;
  readonly #waiting: WaitingRoom<R, W> = new WaitingRoom();
  readonly #loads: WorkerLoad<R, W>[] = [];
  #unanswered = 0;

  constructor(options: DispatcherOptions, ports: DispatcherPorts<R, W>) {
    this.#ports = ports;
    this.#rule = {
      workAheadMs: options.workAheadMs,
      maxInFlight: options.maxInFlight ?? 64,
      isBackedUp: (worker) => ports.isBackedUp?.(worker) === true,
    };
  }

  /** Requests that wait. */
  get depth(): number {
    return this.#waiting.depth;
  }

  /** Body bytes of the requests that wait. */
  get waitingBytes(): number {
    return this.#waiting.bytes;
  }

  /** Requests at workers, those whose client left included: they still occupy their worker. */
  get inFlight(): number {
    let sum = 0;
    for (const load of this.#loads) sum += load.inFlight;
    return sum;
  }

  get busyWorkers(): number {
    let sum = 0;
    for (const load of this.#loads) if (load.inFlight > 0) sum += 1;
    return sum;
  }

  /** Nobody waits for an answer. */
  get isIdle(): boolean {
    return this.#unanswered === 0;
  }

  /** How long the oldest waiting request has waited, all its stays in the queue together; 0 when none waits. */
  oldestWaitMs(nowMs: number): number {
    return this.#waiting.oldestWaitMs(nowMs);
  }

  /** All requests whose client waits for an answer: the waiting, then those in flight. */
  *unanswered(): Generator<R, void, undefined> {
    yield* this.#waiting;
    for (const load of this.#loads) {
      for (const request of load.requests) if (request.state === 'in flight') yield request;
    }
  }

  /** A new, admitted request, whole. */
  submit(request: R, nowMs: number): void {
    if (request.isClientGone) return;
    request.estimate = this.estimates.of(request.group);
    this.#unanswered += 1;
    this.#waiting.enter(request, nowMs);
    this.dispatch(nowMs);
  }

  /**
   * The client left. A waiting request leaves the queue; one in flight keeps
   * occupying its worker until `finished` or `workerGone`, and is not answered.
   */
  withdraw(request: R, nowMs: number): void {
    request.isClientGone = true;
    const isSubmitted = request.state === 'in flight' || request.list !== undefined;
    if (request.state === 'done' || !isSubmitted) return;
    this.#settle(request);
    this.dispatch(nowMs);
  }

  /** A worker is ready. Its record is what the other methods take. */
  addWorker(worker: W, nowMs: number): WorkerLoad<R, W> {
    const load = new WorkerLoad<R, W>(worker, nowMs);
    this.#loads.push(load);
    this.dispatch(nowMs);
    return load;
  }

  /** The worker drains: it finishes what it has and gets nothing more. */
  stopFeeding(load: WorkerLoad<R, W>, nowMs: number): void {
    load.isFed = false;
    this.#waiting.release(load);
    this.dispatch(nowMs);
  }

  /**
   * The worker is through with a request: answered it, or gave it up after a
   * cancel. True: answer the client with it. False: nobody wants it any more, or
   * it came late. `runMs` is what the worker says it took; undefined teaches nothing.
   */
  finished(load: WorkerLoad<R, W>, request: R, runMs: number | undefined, nowMs: number): boolean {
    if (!load.requests.has(request)) return false;
    const isWanted = request.state === 'in flight';
    load.leave(request, nowMs);
    if (load.reservedFor === request) load.reservedFor = undefined;
    if (isWanted) {
      // Of a cancelled one the time is not learned: it may have been cut short.
      if (runMs !== undefined) request.estimate?.observe(request.bytes, runMs);
      this.#settle(request);
    }
    this.dispatch(nowMs);
    return isWanted;
  }

  /** A part of a streamed reply came: it cannot run again, and its execution clock starts anew. True: pass it on. */
  progressed(load: WorkerLoad<R, W>, request: R, nowMs: number): boolean {
    if (!load.requests.has(request)) return false;
    request.hasBegun = true;
    if (load.running === request) load.runningSinceMs = nowMs;
    return request.state === 'in flight';
  }

  /** The worker has exited and its link is read to the end: what it had goes under quarantine. */
  workerGone(load: WorkerLoad<R, W>, death: Death, nowMs: number): Casualties {
    const casualties: Casualties = { runAgain: 0, refused: 0, cutOff: 0, dropped: 0 };
    const index = this.#loads.indexOf(load);
    if (index < 0) return casualties;
    this.#loads.splice(index, 1);
    load.isFed = false;
    this.#waiting.release(load);
    const count = load.inFlight;
    const ended: R[] = [];
    for (let request = load.running; request !== undefined; request = load.running) {
      load.leave(request, nowMs);
      charge(request, death);
      if (fateOf(request) !== 'run again') ended.push(request);
      else this.#waiting.comeBack(request, nowMs);
    }
    casualties.runAgain = count - ended.length;
    // Only when all others are back in their places: a port may submit a later request.
    for (const request of ended) this.#end(request, casualties);
    this.dispatch(nowMs);
    return casualties;
  }

  /** To be called some times a second: queue deadlines and execution timeouts. */
  sweep(nowMs: number): void {
    for (const request of this.#waiting.pastDeadline(nowMs)) {
      this.#refuse(request, queueTimeout(request, nowMs));
    }
    for (const load of [...this.#loads]) {
      if (load.running?.isHeldBack === true) load.runningSinceMs = nowMs;
      if (load.isOverrun(nowMs) && !load.hasOverrun) this.#overrun(load);
    }
    this.dispatch(nowMs);
  }

  /** Ends every unanswered request with this error, those in flight too: the graceful timeout has passed. */
  refuseAll(error: RequestError): void {
    for (const request of [...this.unanswered()]) this.#refuse(request, error);
  }

  /** Ends every waiting request with this error: no worker is coming. Those in flight run on. */
  refuseWaiting(error: RequestError): void {
    for (const request of [...this.#waiting]) this.#refuse(request, error);
  }

  /** Gives out what may run now. Call it when a link that was backed up takes bytes again. */
  dispatch(nowMs: number): void {
    if (this.#waiting.hasReservations) this.#runReserved(nowMs);
    for (let request = this.#waiting.first; request !== undefined; request = this.#waiting.first) {
      if (nowMs > request.queueDeadlineMs) {
        this.#refuse(request, queueTimeout(request, nowMs));
      } else if (isSuspect(request)) {
        // All workers are reserved (or none is there), so nobody behind it may run either.
        if (!this.#reserve(request, nowMs)) return;
      } else {
        this.#expect(request);
        const load = chooseFree(this.#loads, request.estimateMs, this.#rule, nowMs);
        if (load === undefined) return;
        this.#send(request, load, nowMs);
      }
    }
  }

  #expect(request: R): void {
    request.estimateMs = request.estimate?.expectMs(request.bytes) ?? Number.POSITIVE_INFINITY;
  }

  #send(request: R, load: WorkerLoad<R, W>, nowMs: number): void {
    this.#waiting.leave(request, nowMs);
    request.state = 'in flight';
    request.dispatchedAtMs = nowMs;
    request.dispatches += 1;
    load.take(request, nowMs);
    this.#ports.send(request, load.worker);
  }

  #reserve(suspect: R, nowMs: number): boolean {
    const load = chooseToReserve(this.#loads, this.#rule, nowMs);
    if (load === undefined) return false;
    this.#waiting.reserve(suspect, load);
    this.#runReserved(nowMs);
    return true;
  }

  /** Suspects whose worker is empty now run, alone. */
  #runReserved(nowMs: number): void {
    for (const load of [...this.#loads]) {
      const suspect = this.#waiting.reservationOf(load);
      if (suspect === undefined || load.inFlight > 0) continue;
      if (nowMs > suspect.queueDeadlineMs) {
        this.#refuse(suspect, queueTimeout(suspect, nowMs));
      } else if (!this.#rule.isBackedUp(load.worker)) {
        this.#expect(suspect);
        this.#send(suspect, load, nowMs);
      }
    }
  }

  #end(request: R, casualties: Casualties): void {
    const fate = fateOf(request);
    if (fate === 'drop') {
      casualties.dropped += 1;
    } else if (fate === 'cut off') {
      casualties.cutOff += 1;
      this.#cutOff(request);
    } else {
      casualties.refused += 1;
      this.#refuse(request, workerCrashed(request));
    }
  }

  #overrun(load: WorkerLoad<R, W>): void {
    const { running } = load;
    if (running === undefined) return;
    load.hasOverrun = true;
    this.#waiting.release(load);
    // Asked first: killing the worker ends the stop.
    const isStopped = this.#ports.isStopped?.(load.worker) === true;
    const culprit = isStopped ? undefined : culpritOf(load.requests);
    this.#ports.overran(load.worker, running);
    if (culprit !== undefined) this.#refuse(culprit, executionTimeout(culprit));
  }

  /** Does nothing for who waits no longer: a port may have withdrawn it a moment ago. */
  #refuse(request: R, error: RequestError): void {
    if (request.state === 'done') return;
    if (request.hasBegun) {
      this.#cutOff(request);
      return;
    }
    this.#settle(request);
    this.#ports.refuse(request, error);
  }

  #cutOff(request: R): void {
    this.#settle(request);
    this.#ports.cutOff(request);
  }

  /** Its client waits no longer. A worker that has it carries it on. */
  #settle(request: R): void {
    request.state = 'done';
    this.#unanswered -= 1;
    this.#waiting.giveUp(request, this.#loads);
  }
}

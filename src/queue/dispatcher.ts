import type { RequestError } from '../errors.js';
import { Forecast } from './admission/forecast.js';
import { DispatchPass } from './dispatch-pass.js';
import type { Casualties, DispatcherOptions, DispatcherPorts } from './dispatcher-ports.js';
import { Endings } from './fate/endings.js';
import { Expiry } from './fate/expiry.js';
import { type Death, fateOf } from './fate/quarantine.js';
import { executionTimeout, queueTimeout } from './fate/refusal.js';
import { TakingBack } from './fate/taking-back.js';
import { Estimates } from './fleet/estimate.js';
import { Fleet } from './fleet/fleet.js';
import { learn } from './fleet/learning.js';
import type { RunFigures } from './fleet/run-figures.js';
import { WorkerLoad } from './fleet/worker-load.js';
import type { Queued } from './request.js';
import { SliceDesk } from './slices/slice-desk.js';
import { Standby } from './units/standby.js';
import { ModelLimits } from './waiting/model-limits.js';
import { weightsFor } from './waiting/priority.js';
import { Ranks } from './waiting/ranks.js';
import { WaitingRoom } from './waiting/waiting-room.js';

export type { Casualties, DispatcherOptions, DispatcherPorts } from './dispatcher-ports.js';

/**
 * Gives requests to workers: the one queue, and what each worker has in front.
 *     submit ─▶ lanes ─────────────▶ worker load ─▶ done
 *                 │  ▲      (free)      ▲   │
 *         suspect ▼  │ put back         │   │ worker gone: run again
 *              reserved ────────────────┘   │   (or refused, cut off, dropped)
 *                 (its worker is empty)     └──▶ lanes, by its rank
 *
 * Requests go in order of rank, which is their arrival unless there are
 * priorities, among those that may run now: one is overtaken only by those that
 * no holder of what it asks for could be given, or while its model's limit (see
 * model-limits.ts) holds it back. A suspect (see
 * quarantine.ts) reserves one of its holders when its turn comes and steps out of
 * its lane; the others go on with the other workers.
 *
 * Invariants: a request is in exactly one list until it is done; it is answered
 * once (by the caller when `finished` says so, or through `refuse` or `cutOff`)
 * or withdrawn; nothing is dispatched past its queue deadline, to a worker that
 * is reserved, draining, stopping or doomed, or to one that does not hold what it asks for.
 *
 * Everything is synchronous and each port is called with the state settled, so
 * ports may call back. Time is passed in: milliseconds of one steady clock.
 */
export class Dispatcher<R extends Queued, W> {
  readonly estimates: Estimates = new Estimates();
  readonly limits: ModelLimits = new ModelLimits();
  readonly forecast: Forecast<R, W>;
  readonly slices: SliceDesk<R, W>;
  readonly takingBack: TakingBack<R, W>;
  readonly #waiting: WaitingRoom<R, W> = new WaitingRoom();
  readonly #fleet: Fleet<R, W> = new Fleet();
  readonly #endings: Endings<R, W>;
  readonly #pass: DispatchPass<R, W>;
  readonly #expiry: Expiry<R, W>;
  readonly #ranks: Ranks;

  constructor(options: DispatcherOptions, ports: DispatcherPorts<R, W>) {
    this.#endings = new Endings(ports, this.#waiting, this.#fleet);
    this.#ranks = new Ranks(weightsFor(options.lowPriorityShare));
    this.forecast = new Forecast(this.#waiting.lanes, this.#ranks);
    this.slices = new SliceDesk(ports, this.#fleet, this.#endings);
    this.#expiry = new Expiry(ports, this.#waiting, this.#endings, options, this.slices);
    const rule = {
      get workAheadMs() {
        return options.workAheadMs;
      },
      mayStandBy: options.mayStandBy === true,
      maxInFlight: options.maxInFlight ?? 64,
      isBackedUp: (worker: W) => ports.isBackedUp?.(worker) === true,
      mayGive: () => ports.mayDispatch?.() !== false,
    };
    this.takingBack = new TakingBack(ports, this.#waiting, this.#fleet, options);
    const standby = new Standby(this.#fleet, this.takingBack, rule);
    const rooms = [this.#waiting, this.#fleet, this.#endings, this.#ranks, standby] as const;
    this.#pass = new DispatchPass(rule, ...rooms, ports);
  }

  /** Requests that wait. */
  get depth(): number {
    return this.#waiting.depth;
  }

  /** Requests at workers, those whose client left included: they still occupy their worker. */
  get inFlight(): number {
    return this.#fleet.inFlight;
  }

  get busyWorkers(): number {
    return this.#fleet.busyWorkers;
  }

  /** Nobody waits for an answer. */
  get isIdle(): boolean {
    return this.#endings.unanswered === 0;
  }

  /** How long the oldest waiting request has waited in all; 0 when none waits. */
  oldestWaitMs(nowMs: number): number {
    return this.#waiting.oldestWaitMs(nowMs);
  }

  /** All requests whose client waits for an answer: the waiting, then those in flight. */
  *unanswered(): Generator<R, void, undefined> {
    yield* this.#waiting;
    yield* this.#fleet.unanswered();
  }

  /** A new, admitted request, whole. */
  submit(request: R, nowMs: number): void {
    if (request.isClientGone) return;
    this.#endings.unanswered += 1;
    const { clientTimeoutMs } = request;
    if (clientTimeoutMs !== undefined) request.clientDeadlineMs = nowMs + clientTimeoutMs;
    const lane = this.#waiting.lanes.of(request.key, request.priority);
    lane.limit ??= this.limits.of(request.model);
    request.limit = lane.limit;
    request.estimate = lane.estimateOf(request.group, this.estimates);
    this.#ranks.give(request);
    this.#waiting.arrive(request, nowMs);
    if (this.#waiting.depth === 0 && this.#pass.giveAtOnce(request, lane, nowMs)) return;
    this.#waiting.lanes.push(request, lane);
    if (lane.holders.length === 0) this.#endings.refuseHopeless(lane);
    if (!this.#pass.changesNothing(request, lane, nowMs)) this.dispatch(nowMs);
  }

  /**
   * The client left. A waiting request leaves the queue; one in flight keeps
   * occupying its worker until `finished` or `workerGone`, and is not answered.
   */
  withdraw(request: R, nowMs: number): void {
    request.isClientGone = true;
    const isSubmitted = request.state === 'in flight' || request.list !== undefined;
    if (request.state === 'done' || !isSubmitted) return;
    this.#endings.settle(request);
    this.dispatch(nowMs);
  }

  /**
   * A worker is ready, and holds these keys; without them, all that there are.
   * Its record is what the other methods take.
   */
  addWorker(worker: W, nowMs: number, keys?: ReadonlySet<string>): WorkerLoad<R, W> {
    const load = new WorkerLoad<R, W>(worker, nowMs, keys);
    this.#fleet.add(load);
    this.#waiting.lanes.addHolder(load);
    this.#fedChanged();
    this.dispatch(nowMs);
    return load;
  }

  /** The worker drains: it finishes what it has and gets nothing more. */
  stopFeeding(load: WorkerLoad<R, W>, nowMs: number): void {
    this.#starve(load);
    this.#endings.refuseAllHopeless();
    this.dispatch(nowMs);
  }

  /**
   * The worker is through with a request: answered it, or gave it up after a
   * cancel. True: answer the client with it. False: nobody wants it any more, or
   * it came late. `run` is what the worker says of it; undefined teaches nothing.
   */
  finished(
    load: WorkerLoad<R, W>,
    request: R,
    run: RunFigures | undefined,
    nowMs: number,
  ): boolean {
    if (!load.requests.has(request)) return false;
    const isWanted = request.state === 'in flight';
    if (isWanted) load.notePace(request, nowMs);
    load.leave(request, nowMs);
    if (isWanted) {
      // Of a cancelled one the time is not learned: it may have been cut short.
      learn(load, request, run);
      if (!request.hasBegun) request.limit?.sawWhole();
      this.#endings.settle(request);
    }
    this.dispatch(nowMs);
    return isWanted;
  }

  /**
   * The worker has broken a request off. True: answer the client with that. False: nobody waits for
   * it any more, or it was told to: then it runs again, or is ended here where it may not.
   */
  gaveUp(load: WorkerLoad<R, W>, request: R, nowMs: number): boolean {
    const wasToldTo = request.isStopping && request.state === 'in flight';
    if (!wasToldTo || !load.requests.has(request)) {
      return this.finished(load, request, undefined, nowMs);
    }
    load.leave(request, nowMs);
    if (fateOf(request) === 'run again') this.#waiting.comeBack(request, nowMs);
    else this.#endings.refuse(request, executionTimeout(request));
    this.dispatch(nowMs);
    return false;
  }

  /** A part of a streamed reply came: it cannot run again, and its execution clock starts anew. True: pass it on. */
  progressed(load: WorkerLoad<R, W>, request: R, nowMs: number): boolean {
    if (!load.requests.has(request)) return false;
    if (!request.hasBegun) {
      request.begunAtMs = nowMs;
      request.limit?.sawStream();
    }
    request.hasBegun = true;
    if (load.running === request) load.runningSinceMs = nowMs;
    return request.state === 'in flight';
  }

  /** The worker has exited and its link is read to the end: what it had goes under quarantine. */
  workerGone(load: WorkerLoad<R, W>, death: Death, nowMs: number): Casualties {
    if (!this.#fleet.remove(load)) return { runAgain: 0, refused: 0, cutOff: 0, dropped: 0 };
    this.#starve(load);
    this.slices.helperGone(load, death);
    const casualties = this.#endings.workerDied(load, death, nowMs);
    this.#endings.refuseAllHopeless();
    this.dispatch(nowMs);
    return casualties;
  }

  /** To be called some times a second: all clocks, and whether idle workers hear. */
  sweep(nowMs: number): void {
    for (const request of this.#waiting.pastDeadline(nowMs)) {
      this.#endings.refuse(request, queueTimeout(request, nowMs));
    }
    for (const load of [...this.#fleet.loads]) {
      this.takingBack.look(load, nowMs);
      this.#expiry.look(load, nowMs);
    }
    this.#endings.refuseAllHopeless();
    this.dispatch(nowMs);
  }

  /** Ends every unanswered request with this error, those in flight too: the graceful timeout has passed. */
  refuseAll(error: RequestError): void {
    for (const request of [...this.unanswered()]) this.#endings.refuse(request, error);
  }

  /** Of all keys and groups only these are still in use: what was learned of others is forgotten. */
  keep(keys: ReadonlySet<string>, groups: ReadonlySet<string>): void {
    this.#waiting.lanes.keep(keys);
    this.estimates.keep(groups);
  }

  /** The share of requests of low priority changes, or there are classes from now on, or no longer. */
  prioritiesAre(lowShare: number | undefined): void {
    this.#ranks.weigh(weightsFor(lowShare));
  }

  /** Gives out what may run now. Call it when a link that was backed up takes bytes again. */
  dispatch(nowMs: number): void {
    this.#pass.run(nowMs);
    if (this.slices.isActive && this.#pass.doesNobodyWait) this.slices.step(nowMs);
  }

  /** It gets nothing more; a suspect that waited for it reserves another. */
  #starve(load: WorkerLoad<R, W>): void {
    load.isFed = false;
    this.#waiting.lanes.removeHolder(load);
    this.#waiting.release(load);
    this.#fedChanged();
  }

  /** Other workers may be faster or slower, and have all their CPUs to themselves or not. */
  #fedChanged(): void {
    this.limits.workersAre(this.#waiting.lanes.fedWorkers);
    this.estimates.forgetPaces();
  }
}

import type { DispatcherPorts } from './dispatcher-ports.js';
import type { Endings } from './fate/endings.js';
import { isSuspect } from './fate/quarantine.js';
import { queueTimeout } from './fate/refusal.js';
import type { Estimate } from './fleet/estimate.js';
import type { Fleet } from './fleet/fleet.js';
import { chooseFree, chooseToReserve, countFree, type FreeRule } from './fleet/worker-choice.js';
import type { WorkerLoad } from './fleet/worker-load.js';
import type { Queued } from './request.js';
import { gathersUntilMs } from './units/gathering.js';
import type { Standby } from './units/standby.js';
import { type UnitBounds, unitBounds } from './units/unit.js';
import type { Lane } from './waiting/lane.js';
import type { Ranks } from './waiting/ranks.js';
import type { WaitingRoom } from './waiting/waiting-room.js';

/** This part of the work that a worker may have ahead. */
const MOMENT = 1 / 16;

export type PassRule<W> = FreeRule<W> & {
  readonly mayStandBy: boolean;
  /** The world can take more replies now. */
  readonly mayGive: () => boolean;
};

/**
 * One look at all who wait: gives out what may run now, oldest first. A lane
 * whose first request cannot be given to any of its holders is passed over, and
 * they are claimed for it, so with the same holders for all the first one that
 * cannot go ends the pass. One that its model's limit holds back claims nobody:
 * it does not wait for a worker, and at most stands by behind one of the same limit. Nor
 * does one that waits for others to fill its batch.
 *
 * With the first request of a lane a worker may get others of it that wait as well: a unit,
 * which it can run as one (see units/unit.ts). So a later request may go past earlier ones of
 * other lanes, but only along with one that was before them, and no unit is long.
 */
export class DispatchPass<R extends Queued, W> {
  readonly #rule: PassRule<W>;
  readonly #waiting: WaitingRoom<R, W>;
  readonly #fleet: Fleet<R, W>;
  readonly #endings: Endings<R, W>;
  readonly #ranks: Ranks;
  readonly #standby: Standby<R, W>;
  readonly #ports: Pick<DispatcherPorts<R, W>, 'send' | 'wakeAt'>;
  /** Number of the pass that is under way, or was last. */
  #pass = 0;
  /** When the last one ended, with nobody for any of those who still wait. */
  #endedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    rule: PassRule<W>,
    waiting: WaitingRoom<R, W>,
    fleet: Fleet<R, W>,
    endings: Endings<R, W>,
    ranks: Ranks,
    standby: Standby<R, W>,
    ports: Pick<DispatcherPorts<R, W>, 'send' | 'wakeAt'>,
  ) {
    this.#rule = rule;
    this.#waiting = waiting;
    this.#fleet = fleet;
    this.#endings = endings;
    this.#ranks = ranks;
    this.#standby = standby;
    this.#ports = ports;
  }

  /** Neither in the queue nor at a worker that is busy with another. */
  get doesNobodyWait(): boolean {
    return this.#waiting.depth === 0 && this.#standby.isEmpty;
  }

  /** For a new request while nobody waits: spares it the queue. False: it is to wait, or is too late. */
  giveAtOnce(request: R, lane: Lane<R, W>, nowMs: number): boolean {
    if (nowMs > request.latestStartMs || lane.isHeldBack || !this.#rule.mayGive()) return false;
    if (gathersUntilMs(request, 1, nowMs) !== undefined) return false;
    this.#pass += 1;
    return this.#giveToFree(request, lane, nowMs);
  }

  /**
   * A newcomer stands behind another that could not go a moment ago, and nothing has happened since
   * but that others came: every other change begins a pass. What time alone brings then waits for
   * the next one; the workers have nearly all the work ahead that they may have, until then.
   */
  changesNothing(newcomer: R, lane: Lane<R, W>, nowMs: number): boolean {
    if (lane.first === newcomer || (newcomer.estimate?.batch.rule.maxDelayMs ?? 0) > 0)
      return false;
    return nowMs - this.#endedAtMs < this.#rule.workAheadMs * MOMENT;
  }

  run(nowMs: number): void {
    this.#endedAtMs = Number.NEGATIVE_INFINITY;
    if (!this.#rule.mayGive()) return;
    if (!this.#standby.isEmpty) this.#standby.recallLate(nowMs);
    let isThrough = this.#look(nowMs);
    while (isThrough && !this.#standby.isEmpty && this.#standby.recallForIdle(nowMs)) {
      isThrough = this.#look(nowMs);
    }
    if (isThrough) this.#endedAtMs = nowMs;
  }

  /** False: a port has begun a later pass, which has seen to everything. */
  #look(nowMs: number): boolean {
    if (this.#waiting.hasReservations) this.#runReserved(nowMs);
    const { lanes } = this.#waiting;
    this.#pass += 1;
    const pass = this.#pass;
    let unclaimed = lanes.fedWorkers;
    let overtaken: Lane<R, W> | undefined;
    let lane = lanes.first;
    // A port that calls back begins a later pass, and that one has seen to everything.
    while (lane?.first !== undefined && pass === this.#pass) {
      if (lane.isHeldBack) {
        if (!this.#letFollow(lane.first, lane, nowMs)) overtaken = lane;
      } else if (this.#gathers(lane.first, lane, nowMs)) {
        overtaken = lane;
      } else if (
        !this.#serve(lane.first, lane, nowMs) &&
        !this.#letStandBy(lane.first, lane, nowMs)
      ) {
        if (lane.later === undefined) return true;
        unclaimed -= this.#claim(lane);
        if (unclaimed === 0) return true;
        overtaken = lane;
      }
      lane = overtaken === undefined ? lanes.first : overtaken.later;
    }
    return pass === this.#pass;
  }

  /** Whether those that wait in it are still to become more. */
  #gathers(first: R, lane: Lane<R, W>, nowMs: number): boolean {
    const untilMs = gathersUntilMs(first, lane.depth, nowMs);
    if (untilMs !== undefined) this.#ports.wakeAt?.(untilMs);
    return untilMs !== undefined;
  }

  /**
   * Its model's limit is reached: it may lie ready behind one that is in it, unless an earlier one of the
   * same limit waits, which is to have the place.
   */
  #letFollow(request: R, lane: Lane<R, W>, nowMs: number): boolean {
    const { limit } = lane;
    if (limit === undefined || limit.claimedIn === this.#pass) return false;
    if (nowMs <= request.latestStartMs) {
      expectOf(request);
      if (this.#letStandBy(request, lane, nowMs)) return true;
    }
    limit.claimedIn = this.#pass;
    return false;
  }

  /** While all are busy the next one may lie ready at one of them. */
  #letStandBy(request: R, lane: Lane<R, W>, nowMs: number): boolean {
    const { mayStandBy, workAheadMs } = this.#rule;
    if (!mayStandBy || workAheadMs === 0 || this.#ranks.areWeighted) return false;
    const load = this.#standby.workerFor(request, lane, this.#pass, nowMs);
    if (load === undefined) return false;
    request.isStandby = true;
    this.#standby.stands(request, load);
    this.#give(request, load, nowMs);
    return true;
  }

  /** True when it waits in its lane no longer: it runs, has reserved a worker, or was refused. */
  #serve(request: R, lane: Lane<R, W>, nowMs: number): boolean {
    if (nowMs > request.latestStartMs) {
      this.#endings.refuse(request, queueTimeout(request, nowMs));
      return true;
    }
    if (isSuspect(request)) return this.#reserve(request, lane.holders, nowMs);
    return this.#giveToFree(request, lane, nowMs);
  }

  #giveToFree(request: R, lane: Lane<R, W>, nowMs: number): boolean {
    expectOf(request);
    const load = chooseFree(lane.holders, request, this.#rule, this.#pass, nowMs);
    if (load === undefined) return false;
    const { estimate } = request;
    if (estimate?.batch.mayBatch === true) this.#giveUnit(request, estimate, lane, load, nowMs);
    else this.#give(request, load, nowMs);
    return true;
  }

  /** Gives it, and with it those of its lane that had better run in one with it. */
  #giveUnit(first: R, estimate: Estimate, lane: Lane<R, W>, load: WorkerLoad<R, W>, nowMs: number) {
    if (load.inFlight === 0) first.estimateMs = estimate.expectAloneMs(first.bytes);
    const hasRoom = load.inFlight + 1 < this.#rule.maxInFlight;
    const isLast = !hasRoom || lane.first === undefined || lane.first === lane.last;
    const free = isLast ? 1 : countFree(lane.holders, this.#rule, this.#pass, nowMs);
    const waiting = lane.depth;
    this.#give(first, load, nowMs);
    if (isLast || first.wasTakenBack || first.estimateMs === Number.POSITIVE_INFINITY) return;
    const { workAheadMs } = this.#rule;
    const scene = { bytes: first.bytes, waiting, freeWorkers: free, workAheadMs };
    this.#fill(first, estimate, unitBounds(estimate.batch, scene), lane, load, nowMs);
  }

  #fill(
    first: R,
    { batch }: Estimate,
    bounds: UnitBounds,
    lane: Lane<R, W>,
    load: WorkerLoad<R, W>,
    nowMs: number,
  ): void {
    const pass = this.#pass;
    let rows = batch.rowsOf(first.bytes);
    for (let members = 1; members < bounds.requests && pass === this.#pass; members += 1) {
      const next = lane.first;
      if (next === undefined || !this.#mayJoin(next, first, lane, load, nowMs)) return;
      const more = batch.rowsOf(next.bytes);
      rows += more;
      if (rows > bounds.rows || batch.runMs(rows) > bounds.runMs) return;
      expectOf(next);
      if (next.estimateMs === Number.POSITIVE_INFINITY) return;
      next.estimateMs = batch.addedMs(more);
      if (!load.hasTimeFor(next)) return;
      this.#give(next, load, nowMs);
    }
  }

  /** All that keeps a request from going now, and from going to this worker, holds for members of a unit as well. */
  #mayJoin(next: R, first: R, lane: Lane<R, W>, load: WorkerLoad<R, W>, nowMs: number): boolean {
    if (
      next.group !== first.group ||
      isSuspect(next) ||
      next.wasTakenBack ||
      nowMs > next.latestStartMs
    )
      return false;
    // With priorities their order is not to be changed by what happens to fit together.
    if (this.#ranks.areWeighted && this.#waiting.lanes.first !== lane) return false;
    if (lane.isHeldBack || !load.isOpen || load.inFlight >= this.#rule.maxInFlight) return false;
    return this.#rule.mayGive() && !this.#rule.isBackedUp(load.worker);
  }

  /**
   * Keeps the workers that somebody waits for from all who came later, until the
   * next pass: who needs an empty one would wait for ever if others kept joining.
   * Nobody who came later follows in its limit, either. Returns how many were not claimed before.
   */
  #claim({ holders, limit }: Lane<R, W>): number {
    if (limit !== undefined) limit.claimedIn = this.#pass;
    let claimed = 0;
    for (const load of holders) {
      if (load.claimedIn !== this.#pass) claimed += 1;
      load.claimedIn = this.#pass;
    }
    return claimed;
  }

  /** False when all holders are reserved, or none is there. */
  #reserve(suspect: R, holders: readonly WorkerLoad<R, W>[], nowMs: number): boolean {
    const load = chooseToReserve(holders, this.#rule, nowMs);
    if (load === undefined) return false;
    this.#waiting.reserve(suspect, load);
    this.#runReserved(nowMs);
    return true;
  }

  /** Suspects whose worker is empty now run, alone. */
  #runReserved(nowMs: number): void {
    for (const load of [...this.#fleet.loads]) {
      const suspect = this.#waiting.reservationOf(load);
      if (suspect === undefined || load.inFlight > 0) continue;
      if (suspect.limit?.isReached === true) {
        this.#waiting.release(load); // others may have the worker until the limit lets it go
      } else if (nowMs > suspect.latestStartMs) {
        this.#endings.refuse(suspect, queueTimeout(suspect, nowMs));
      } else if (!this.#rule.isBackedUp(load.worker)) {
        expectOf(suspect);
        this.#give(suspect, load, nowMs);
      }
    }
  }

  #give(request: R, load: WorkerLoad<R, W>, nowMs: number): void {
    this.#waiting.leave(request, nowMs);
    this.#ranks.served(request);
    request.state = 'in flight';
    request.dispatchedAtMs = nowMs;
    request.dispatches += 1;
    load.take(request, nowMs);
    this.#ports.send(request, load.worker);
  }
}

function expectOf(request: Queued): void {
  request.estimateMs = request.estimate?.expectMs(request.bytes) ?? Number.POSITIVE_INFINITY;
}

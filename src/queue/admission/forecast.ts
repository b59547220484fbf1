import type { Queued } from '../request.js';
import type { Lane } from '../waiting/lane.js';
import type { Lanes } from '../waiting/lanes.js';
import type { Limit } from '../waiting/limit.js';
import { PRIORITIES, type Priority } from '../waiting/priority.js';
import type { Ranks } from '../waiting/ranks.js';

/** A wait is called certain when it is too long by this many standard deviations. */
const CERTAIN_DEVIATIONS = 2;

/**
 * How long a newcomer would wait, by what those ahead of it cost. Whatever is
 * not known counts as nothing, so that nobody is refused who would have made it:
 * runs under way, groups without a measured cost, requests that others' workers
 * could take, and those of models that are held back by a limit of their own.
 */
export class Forecast<R extends Queued, W> {
  readonly #lanes: Lanes<R, W>;
  readonly #ranks: Ranks;

  constructor(lanes: Lanes<R, W>, ranks: Ranks) {
    this.#lanes = lanes;
    this.#ranks = ranks;
  }

  /** How long a newcomer would wait at least; nothing is looked up while nobody waits. */
  leastWaitMs(key: string, priority: Priority, nowMs: number): number {
    if (this.#lanes.first === undefined) return 0;
    return this.#leastWaitIn(this.#lanes.of(key, priority), nowMs);
  }

  #leastWaitIn(lane: Lane<R, W>, nowMs: number): number {
    const workers = lane.holders.length;
    if (workers === 0) return 0;
    const { limit } = lane;
    return Math.max(
      this.#leastWorkMs(lane, nowMs, (other) => this.#compete(other, lane)) / workers,
      this.#leastBehindMs(lane, limit, nowMs),
      this.#leastBehindMs(lane, limit?.within, nowMs),
    );
  }

  /** Until all who wait now have been given to a worker; undefined when nothing is known of them. */
  drainMs(nowMs: number): number | undefined {
    let workMs: number | undefined;
    for (let lane = this.#lanes.first; lane !== undefined; lane = lane.later) {
      if (lane.pace?.isKnown(nowMs) !== true) continue;
      workMs = (workMs ?? 0) + lane.depth * lane.pace.meanMs;
    }
    return workMs === undefined ? undefined : workMs / Math.max(1, this.#lanes.fedWorkers);
  }

  /** Behind those that the same limit holds back. */
  #leastBehindMs(lane: Lane<R, W>, limit: Limit | undefined, nowMs: number): number {
    if (limit === undefined || limit.most === Number.POSITIVE_INFINITY) return 0;
    const countsToo = (other: Lane<R, W>): boolean =>
      other.limit === limit || other.limit?.within === limit;
    const workMs = this.#leastWorkMs(lane, nowMs, countsToo);
    return workMs / Math.min(limit.most, lane.holders.length);
  }

  /** Of one worker, for what waits ahead of a newcomer to this lane; each group of costs varies for itself. */
  #leastWorkMs(
    { priority }: Lane<R, W>,
    nowMs: number,
    counts: (other: Lane<R, W>) => boolean,
  ): number {
    let expectedMs = 0;
    let variance = 0;
    const shares = this.#ranks.areWeighted ? this.#sharesAhead(priority) : undefined;
    for (let other = this.#lanes.first; other !== undefined; other = other.later) {
      const { pace } = other;
      if (pace?.isKnown(nowMs) !== true || !counts(other)) continue;
      const requests = other.depth * (shares?.[other.priority] ?? 1);
      expectedMs += requests * pace.meanMs;
      variance += pace.varianceOf(requests);
    }
    return Math.max(0, expectedMs - CERTAIN_DEVIATIONS * Math.sqrt(variance));
  }

  /** Nobody but the lane's own workers can do the other's work. */
  #compete(other: Lane<R, W>, lane: Lane<R, W>): boolean {
    if (other === lane) return true;
    const isHeldBack = (other.limit?.leastMost ?? Number.POSITIVE_INFINITY) < other.holders.length;
    if (isHeldBack) return false;
    if (lane.holders.length === this.#lanes.fedWorkers) return true;
    return other.holders.every((load) => lane.holders.includes(load));
  }

  /** The part of each class that goes before a newcomer of this one. */
  #sharesAhead(newcomer: Priority): Record<Priority, number> {
    const shares = { high: 0, normal: 0, low: 0 };
    for (let lane = this.#lanes.first; lane !== undefined; lane = lane.later) {
      shares[lane.priority] += lane.depth;
    }
    for (const other of PRIORITIES) {
      const ahead = this.#ranks.aheadOf(newcomer, other);
      shares[other] = Math.min(1, ahead / Math.max(1, shares[other]));
    }
    return shares;
  }
}

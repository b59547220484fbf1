import { isSuspect } from '../fate/quarantine.js';
import type { TakingBack } from '../fate/taking-back.js';
import type { Fleet } from '../fleet/fleet.js';
import type { FreeRule } from '../fleet/worker-choice.js';
import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import type { Lane } from '../waiting/lane.js';

/**
 * The next request of a worker that runs exactly one, lying ready there while all are busy: so it
 * begins the moment that the other ends, and no way to the master and back lies between. It is still
 * the next in the queue: a worker that becomes free before that gets it, and so does one that
 * is free when the other takes longer than expected. Its own worker is told to drop it, and does
 * not begin it before the answers of those before it are written (see link/worker-end.ts).
 *
 *     stand by ─▶ runs there · taken back ─▶ waits, first in order of rank
 *
 * One at a worker; nothing that may not run twice, that had better run in a batch with others, or whose run
 * time nobody knows; and none with priorities, since who comes later may be more urgent. Of a model with a
 * limit, only behind one of the same: its place in the limit is that of the one before it, from when that ends.
 */
export class Standby<R extends Queued, W> {
  readonly #fleet: Fleet<R, W>;
  readonly #takingBack: TakingBack<R, W>;
  readonly #rule: FreeRule<W>;
  #loads: WorkerLoad<R, W>[] = [];

  constructor(fleet: Fleet<R, W>, takingBack: TakingBack<R, W>, rule: FreeRule<W>) {
    this.#fleet = fleet;
    this.#takingBack = takingBack;
    this.#rule = rule;
  }

  get isEmpty(): boolean {
    return this.#loads.length === 0;
  }

  /** Of workers that are busy with one request, the one that has had it longest: it should be through first. */
  workerFor(
    request: R,
    { holders, depth }: Lane<R, W>,
    pass: number,
    nowMs: number,
  ): WorkerLoad<R, W> | undefined {
    const { workAheadMs } = this.#rule;
    let best: WorkerLoad<R, W> | undefined;
    for (const load of holders) {
      if (load.inFlight !== 1 || !load.isOpen || load.claimedIn === pass) continue;
      if (!needsNoPlace(request, load.running)) continue;
      // Asked here: where requests are tiny, workers have many and this is all that was done in vain.
      if (best === undefined && !mayStandBy(request, depth)) return undefined;
      if (!isOnTime(load, nowMs, workAheadMs) || this.#rule.isBackedUp(load.worker)) continue;
      if (!load.hasTimeFor(request)) continue;
      if (best === undefined || load.runningSinceMs < best.runningSinceMs) best = load;
    }
    return best;
  }

  stands(request: R, load: WorkerLoad<R, W>): void {
    load.standby = request;
    request.estimate?.batch.passedUp();
    this.#loads.push(load);
  }

  /** Takes back what its own worker will not come to soon: before others are given what came later. */
  recallLate(nowMs: number): void {
    for (const load of this.#loads) {
      if (!this.#mayStay(load, nowMs) && this.#isHeldByFed(load)) this.#take(load, nowMs);
    }
    this.#forgetBegun();
  }

  /**
   * For who has nothing to do when all who wait have been seen to: takes back what it can begin at once, of
   * one other worker. While somebody waits whom it could run, what stands by stays where it is: it would lose
   * more by the way than by that one going first, and workers would take from each other in turn.
   */
  recallForIdle(nowMs: number): boolean {
    for (const idle of this.#fleet.loads) {
      if (idle.inFlight > 0 || !idle.isOpen || this.#rule.isBackedUp(idle.worker)) continue;
      const load = this.#firstFor(idle);
      if (load === undefined) continue;
      this.#take(load, nowMs);
      this.#forgetBegun();
      return true;
    }
    return false;
  }

  #mayStay(load: WorkerLoad<R, W>, nowMs: number): boolean {
    return (
      isOnTime(load, nowMs, this.#rule.workAheadMs) && load.standby?.limit?.isExceeded !== true
    );
  }

  /** One at a worker that drains may be of a model that no other holds: it is run there, or nowhere. */
  #isHeldByFed({ standby }: WorkerLoad<R, W>): boolean {
    return (
      standby !== undefined &&
      this.#fleet.loads.some((load) => load.isFed && load.holds(standby.key))
    );
  }

  #forgetBegun(): void {
    this.#loads = this.#loads.filter(({ standby }) => standby !== undefined);
  }

  /** Whose standby is the first in the queue, of those that this worker could run. */
  #firstFor(idle: WorkerLoad<R, W>): WorkerLoad<R, W> | undefined {
    let first: WorkerLoad<R, W> | undefined;
    for (const load of this.#loads) {
      const { standby } = load;
      if (standby === undefined || !idle.holds(standby.key)) continue;
      if (standby.limit?.isReached === true) continue;
      if (first?.standby === undefined || standby.rank < first.standby.rank) first = load;
    }
    return first;
  }

  #take(load: WorkerLoad<R, W>, nowMs: number): void {
    const { standby } = load;
    if (standby === undefined) return;
    load.standby = undefined;
    // One whose client has left stays, and is not answered.
    const mayGo = standby.state === 'in flight' && !standby.hasBegun && !standby.isStopping;
    if (mayGo) this.#takingBack.take(load, standby, nowMs);
  }
}

function mayStandBy(request: Queued, waiting: number): boolean {
  if (!request.isRetryable || request.wasTakenBack || isSuspect(request)) return false;
  return request.estimateMs < Number.POSITIVE_INFINITY && runsAlone(request, waiting);
}

/**
 * Whether its model's limit lets it lie there. A place of its own would keep it from the worker that is free; but
 * behind one that counts in the same limit it needs none before that one leaves its own. What may stream lies
 * in a wider limit as well, and nobody knows when it ends.
 */
export function needsNoPlace({ limit }: Queued, running: Queued | undefined): boolean {
  if (limit === undefined || limit.leastMost === Number.POSITIVE_INFINITY) return true;
  return limit === running?.limit && limit.within === undefined && !limit.isExceeded;
}

/** By itself, though so many wait. */
function runsAlone({ estimate, bytes }: Queued, waiting: number): boolean {
  return estimate?.batch.isBetterAlone(bytes, waiting) === true;
}

/**
 * What it runs blocks all else there, and is not at it for much longer than such a run is expected to
 * take. "Much", for what is taken back from one that is just about through has begun when the word comes.
 */
function isOnTime<R extends Queued, W>(
  load: WorkerLoad<R, W>,
  nowMs: number,
  workAheadMs: number,
): boolean {
  const { running } = load;
  if (running === undefined) return true;
  // Nobody knows when it ends; and unknown times in the sum of what is in front of a worker would stay there.
  if (running.estimateMs === Number.POSITIVE_INFINITY) return false;
  // Between slices the next one would run as well.
  if (
    running.isSliced ||
    running.hasBegun ||
    running.isStopping ||
    load.asynchronous.has(running.group)
  )
    return false;
  if (!runsAlone(running, 1) || isSuspect(running)) return false;
  const ranMs = nowMs - load.runningSinceMs;
  // Who is not through by then is one of the long ones, and others overtake what stands by behind it.
  const typicalMs = running.estimateMs * (running.estimate?.typicalShare ?? 1);
  return ranMs <= Math.max(2 * typicalMs, typicalMs + 2 * workAheadMs);
}

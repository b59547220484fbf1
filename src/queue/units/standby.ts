import { isSuspect } from '../fate/quarantine.js';
import type { TakingBack } from '../fate/taking-back.js';
import type { Fleet } from '../fleet/fleet.js';
import type { FreeRule } from '../fleet/worker-choice.js';
import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import type { Lane } from '../waiting/lane.js';
import type { WaitingRoom } from '../waiting/waiting-room.js';

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
 * time nobody knows; none of a model with a limit, in which the place that it leaves behind would count, and
 * keep it from the worker that is free; and none with priorities, since who comes later may be more urgent.
 */
export class Standby<R extends Queued, W> {
  readonly #fleet: Fleet<R, W>;
  readonly #takingBack: TakingBack<R, W>;
  readonly #waiting: WaitingRoom<R, W>;
  readonly #rule: FreeRule<W>;
  #loads: WorkerLoad<R, W>[] = [];

  constructor(
    fleet: Fleet<R, W>,
    waiting: WaitingRoom<R, W>,
    takingBack: TakingBack<R, W>,
    rule: FreeRule<W>,
  ) {
    this.#fleet = fleet;
    this.#waiting = waiting;
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

  /** Takes back what another worker can begin at once, and what its own will not come to soon. */
  recall(nowMs: number): void {
    this.#loads = this.#loads.filter(({ standby }) => standby !== undefined);
    const { workAheadMs } = this.#rule;
    const late = this.#loads.filter((load) => !isOnTime(load, nowMs, workAheadMs));
    for (const load of late) this.#take(load, nowMs);
    for (const idle of this.#fleet.loads) {
      if (idle.inFlight > 0 || !idle.isOpen || this.#hasWork(idle)) continue;
      const load = this.#firstFor(idle);
      if (load !== undefined) this.#take(load, nowMs);
    }
    this.#loads = this.#loads.filter(({ standby }) => standby !== undefined);
  }

  /**
   * Somebody waits in the queue that it can run. Then what stands by elsewhere stays there: it would lose
   * more by the way than by that one going first, and workers would take from each other in turn.
   */
  #hasWork(idle: WorkerLoad<R, W>): boolean {
    const { lanes } = this.#waiting;
    for (let lane = lanes.first; lane !== undefined; lane = lane.later) {
      if (!lane.isHeldBack && idle.holds(lane.key)) return true;
    }
    return false;
  }

  /** Whose standby is the first in the queue, of those that this worker could run. */
  #firstFor(idle: WorkerLoad<R, W>): WorkerLoad<R, W> | undefined {
    let first: WorkerLoad<R, W> | undefined;
    for (const load of this.#loads) {
      const { standby } = load;
      if (standby === undefined || !idle.holds(standby.key)) continue;
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
  if (request.limit !== undefined && request.limit.leastMost < Number.POSITIVE_INFINITY)
    return false;
  return request.estimateMs < Number.POSITIVE_INFINITY && runsAlone(request, waiting);
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

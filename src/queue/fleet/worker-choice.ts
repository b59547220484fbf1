import type { Queued } from '../request.js';
import type { WorkerLoad } from './worker-load.js';

/** The rule of *free*. */
export type FreeRule<W> = {
  /** Estimated work in front up to which a worker still gets more. */
  readonly workAheadMs: number;
  /** Never more than this at one worker, whatever the estimates say. */
  readonly maxInFlight: number;
  /** The worker's link does not take more bytes for now. */
  readonly isBackedUp: (worker: W) => boolean;
};

/** So long after its answer a worker's data still lie in the caches. */
const WARM_MS = 1;

/**
 * The one that fewer requests could go to instead, so that a rare model's only
 * holder is not busy with what the others hold as well. Then fewest in flight. Then one
 * that is warm, for one that has slept takes longer for the same; and else
 * the one idle longest, so that all workers are used.
 */
function isBetterTie<R extends Queued, W>(
  load: WorkerLoad<R, W>,
  best: WorkerLoad<R, W>,
  nowMs: number,
): boolean {
  if (load.breadth !== best.breadth) return load.breadth < best.breadth;
  if (load.inFlight !== best.inFlight) return load.inFlight < best.inFlight;
  const isLater = load.idleSinceMs > best.idleSinceMs;
  const isOneWarm = nowMs - Math.max(load.idleSinceMs, best.idleSinceMs) <= WARM_MS;
  return isOneWarm ? isLater : load.idleSinceMs < best.idleSinceMs;
}

/** One that owes an answer to a ping is taken only where there is no other. */
function isBetter<R extends Queued, W>(
  load: WorkerLoad<R, W>,
  inFrontMs: number,
  best: WorkerLoad<R, W>,
  bestMs: number,
  nowMs: number,
): boolean {
  const isOverdue = load.hearing.isOverdueAt(nowMs);
  if (isOverdue !== best.hearing.isOverdueAt(nowMs)) return !isOverdue;
  return inFrontMs === bestMs ? isBetterTie(load, best, nowMs) : inFrontMs < bestMs;
}

/**
 * The free one of a lane's holders with the least work in front. A request whose
 * run time is unknown (`estimateMs` Infinity, or taken back) only goes to an empty one. One
 * that an earlier request has claimed in this pass is not free, and none where it
 * would make a batch that takes more than half of its time limit.
 */
export function chooseFree<R extends Queued, W>(
  holders: readonly WorkerLoad<R, W>[],
  request: R,
  rule: FreeRule<W>,
  pass: number,
  nowMs: number,
): WorkerLoad<R, W> | undefined {
  const isUnknown = request.estimateMs === Number.POSITIVE_INFINITY || request.wasTakenBack;
  const most = isUnknown ? 0 : rule.maxInFlight - 1;
  const { workAheadMs } = rule; // asked once: it is a setting that may change
  let best: WorkerLoad<R, W> | undefined;
  let bestMs = 0;
  for (const load of holders) {
    if (load.inFlight > most || !load.isOpen || load.claimedIn === pass) continue;
    const inFrontMs = load.workInFrontMs(nowMs, workAheadMs);
    if (inFrontMs > workAheadMs || !load.hasTimeFor(request)) continue;
    if (best !== undefined && !isBetter(load, inFrontMs, best, bestMs, nowMs)) continue;
    if (rule.isBackedUp(load.worker)) continue;
    best = load;
    bestMs = inFrontMs;
  }
  return best;
}

/** How many of them could be given something now. */
export function countFree<R extends Queued, W>(
  holders: readonly WorkerLoad<R, W>[],
  rule: FreeRule<W>,
  pass: number,
  nowMs: number,
): number {
  const { workAheadMs } = rule;
  let free = 0;
  for (const load of holders) {
    if (!load.isOpen || load.inFlight >= rule.maxInFlight || load.claimedIn === pass) continue;
    if (load.workInFrontMs(nowMs, workAheadMs) <= workAheadMs) free += 1;
  }
  return free;
}

/** The worker that will be empty soonest, as a suspect's own; undefined when all are taken. */
export function chooseToReserve<R extends Queued, W>(
  holders: readonly WorkerLoad<R, W>[],
  rule: FreeRule<W>,
  nowMs: number,
): WorkerLoad<R, W> | undefined {
  let best: WorkerLoad<R, W> | undefined;
  let bestMs = 0;
  for (const load of holders) {
    if (!load.isOpen) continue;
    const inFrontMs = load.workInFrontMs(nowMs, rule.workAheadMs);
    if (best !== undefined && !isBetter(load, inFrontMs, best, bestMs, nowMs)) continue;
    best = load;
    bestMs = inFrontMs;
  }
  return best;
}

import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import type { Offer } from './slice.js';

/** What makes a worker a helper. */
export type HelperRule<W> = {
  /** The worker's link does not take more bytes for now. */
  readonly isBackedUp: (worker: W) => boolean;
  /** Both hold the very same of this model: not only the same version, but what was loaded from the same file. */
  readonly isAlike: (one: W, other: W, key: string) => boolean;
};

/** Gets requests, has none, and would make of a slice exactly what its owner would. */
function mayHelp<R extends Queued, W>(
  load: WorkerLoad<R, W>,
  { owner, key }: Offer<R, W>,
  rule: HelperRule<W>,
): boolean {
  if (load === owner || !load.isFed || load.isDoomed || load.requests.depth > 0) return false;
  if (load.reservedFor !== undefined || load.stopsByMs !== undefined) return false;
  return load.holds(key) && rule.isAlike(load.worker, owner.worker, key);
}

/** How many could run slices of this offer, now or when they are through with the one they have. */
export function countHelpers<R extends Queued, W>(
  loads: readonly WorkerLoad<R, W>[],
  offer: Offer<R, W>,
  rule: HelperRule<W>,
): number {
  let count = 0;
  for (const load of loads) if (mayHelp(load, offer, rule)) count += 1;
  return count;
}

/** The worker that has had nothing to do for longest; one that may be deaf is left alone. */
export function chooseHelper<R extends Queued, W>(
  loads: readonly WorkerLoad<R, W>[],
  offer: Offer<R, W>,
  rule: HelperRule<W>,
  nowMs: number,
): WorkerLoad<R, W> | undefined {
  let best: WorkerLoad<R, W> | undefined;
  for (const load of loads) {
    if (load.slice !== undefined || !mayHelp(load, offer, rule)) continue;
    if (load.hearing.isOverdueAt(nowMs) || rule.isBackedUp(load.worker)) continue;
    if (best === undefined || load.idleSinceMs < best.idleSinceMs) best = load;
  }
  return best;
}

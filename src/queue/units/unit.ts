import { type BatchCost, TRIED } from '../fleet/batch-cost.js';

/** A unit takes at most so many times what its first member would take alone: then three quarters of what batches can save are saved. */
const MOST_STRETCH = 4;

/** What is known where a worker gets the first request of what may be a unit. */
export type UnitScene = {
  /** Of the first member. */
  readonly bytes: number;
  /** Compatible requests that wait, the first one included. */
  readonly waiting: number;
  /** Workers that could take a share of them now, this one included. */
  readonly freeWorkers: number;
  readonly workAheadMs: number;
};

/** How large a unit may become; `requests` 1: the first member is the unit. */
export type UnitBounds = {
  readonly requests: number;
  readonly rows: number;
  readonly runMs: number;
};

/**
 * What waits is shared fairly among the workers that are free, as far as it
 * brings anything to run it together. Where requests wait to fill a batch
 * (`maxDelayMs`), the batch is what is wanted, and is not shared.
 */
export function unitBounds(cost: BatchCost, scene: UnitScene): UnitBounds {
  const { maxRows, maxDelayMs } = cost.rule;
  const rows = cost.rowsOf(scene.bytes);
  if (maxDelayMs > 0) {
    return { requests: scene.waiting, rows: maxRows, runMs: Number.POSITIVE_INFINITY };
  }
  const share = Math.ceil(scene.waiting / scene.freeWorkers);
  const runMs = Math.max(scene.workAheadMs, MOST_STRETCH * cost.runMs(rows));
  if (share < 2 || cost.pays(rows)) return { requests: share, rows: maxRows, runMs };
  return { requests: cost.isWorthATry() ? TRIED : 1, rows: maxRows, runMs };
}

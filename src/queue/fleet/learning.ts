import type { Queued } from '../request.js';
import { busyMsOf, hasRun, type RunFigures } from './run-figures.js';
import type { WorkerLoad } from './worker-load.js';

/** Takes what a worker says of a run for what the next of its kind will cost. */
export function learn<R extends Queued, W>(
  { batches }: WorkerLoad<R, W>,
  { estimate, bytes }: R,
  run: RunFigures | undefined,
): void {
  if (estimate === undefined || run === undefined || !hasRun(run)) return;
  estimate.observe(bytes, busyMsOf(run));
  const { batch } = estimate;
  if (batch.mayBatch) batches.saw(batch, bytes, run.rows, run.ownRows, run.runMicros / 1000);
}

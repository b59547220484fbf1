import type { Model, TensorModel } from './model.js';
import { isOptional, type Signature } from './tensor/signature.js';

/** A larger batch gains little more, and delays its first member. */
const STANDARD_BATCH_ROWS = 64;

/** How requests of a model run together. */
export type Batching = {
  /** Most rows of several requests in one run, from 2. */
  readonly maxRows: number;
  /** How long a request may wait for others to fill its batch. */
  readonly maxDelayMs: number;
};

/**
 * Undefined where each request runs by itself. Without a setting, only a model that is known to
 * compute row by row runs several together: any other would mix requests. A model whose requests
 * may not run twice never does, since the members of a batch that throws run again.
 */
export function batchingOf(model: Model): Batching | undefined {
  if (!model.isRetryable || model.kind !== 'tensors') return undefined;
  const maxRows = hasRows(model.signature) ? maxRowsOf(model) : 1;
  return maxRows < 2 ? undefined : { maxRows, maxDelayMs: model.maxBatchDelayMs ?? 0 };
}

/** By its graph, or by a setting of batches. */
export function isKnownRowWise(model: TensorModel): boolean {
  return model.isRowWise === true || maxRowsOf(model) > 1;
}

function maxRowsOf({ maxBatchRows, allowedBatchSizes, isRowWise }: TensorModel): number {
  const largest = allowedBatchSizes?.at(-1);
  if (largest !== undefined) return Math.min(largest, maxBatchRows ?? largest);
  return maxBatchRows ?? (isRowWise ? STANDARD_BATCH_ROWS : 1);
}

/** Whether all inputs and outputs have a free first dimension. */
export function hasRows({ inputs, outputs }: Signature): boolean {
  const needed = inputs.filter((spec) => !isOptional(spec));
  return needed.length > 0 && [...needed, ...outputs].every(({ shape }) => shape[0] === -1);
}

/** The setting, if any, by which its requests would run together: what has no rows cannot have it. */
export function batchSettingOf(
  settings: Pick<TensorModel, 'maxBatchRows' | 'maxBatchDelayMs' | 'allowedBatchSizes'>,
): string | undefined {
  if ((settings.maxBatchRows ?? 1) > 1) return 'maxBatchRows';
  if (settings.allowedBatchSizes !== undefined) return 'allowedBatchSizes';
  return (settings.maxBatchDelayMs ?? 0) > 0 ? 'maxBatchDelay' : undefined;
}

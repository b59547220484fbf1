/** Whether the processes that hold a model share the memory of its weights. */
import { cacheBases } from '../config/cache-bases.js';
import type { Settings } from '../config/settings.js';

export const WEIGHTS_CHOICES = ['auto', 'shared', 'private'] as const;

export type WeightsChoice = (typeof WEIGHTS_CHOICES)[number];

/** How a worker holds the weights of a model. */
export type HeldWeights = {
  readonly form: 'shared' | 'private';
  readonly bytes: number;
  /** Why they are not shared, where they were to be. */
  readonly reason?: string;
};

/** What a worker is told of all its models. */
export type WeightsOptions = {
  readonly choice: WeightsChoice;
  /** Workers that will hold them. */
  readonly workers: number;
  /** Folders in which there may be one with files of weights, in the order they are tried. */
  readonly cacheBases: readonly string[];
};

export const PRIVATE_WEIGHTS: WeightsOptions = { choice: 'private', workers: 1, cacheBases: [] };

/** @param workers how many there are to be when the worker starts, which need not be the setting */
export function weightsOptions(
  { weights: choice, cacheDir }: Pick<Settings, 'weights' | 'cacheDir'>,
  workers: number,
): WeightsOptions {
  return { choice, workers, cacheBases: cacheBases(cacheDir) };
}

/** Sharing makes batches slower, so copies are kept while they take less than this part of the memory. */
const MOST_OF_MEMORY = 1 / 4;

/**
 * What `auto` means: whether the copies that all workers but one would have, of these weights and of
 * those that are private already, are too much for the memory there is.
 */
export function areCopiesTooLarge(
  bytes: number,
  privateBytes: number,
  workers: number,
  memoryBytes: number,
): boolean {
  return (privateBytes + bytes) * (workers - 1) > memoryBytes * MOST_OF_MEMORY;
}

/** Of models that are loaded, what is each worker's own. */
export function privateBytesOf(models: readonly { readonly heldWeights?: HeldWeights }[]): number {
  let bytes = 0;
  for (const { heldWeights } of models) {
    if (heldWeights?.form === 'private') bytes += heldWeights.bytes;
  }
  return bytes;
}

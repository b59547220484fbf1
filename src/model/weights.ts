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

/** Name of a model → how many workers are to hold it, this one included. */
export type Holders = Readonly<Record<string, number>>;

/** What a worker is told of all its models. */
export type WeightsOptions = {
  readonly choice: WeightsChoice;
  readonly holders: Holders;
  /** Folders in which there may be one with files of weights, in the order they are tried. */
  readonly cacheBases: readonly string[];
};

export const PRIVATE_WEIGHTS: WeightsOptions = { choice: 'private', holders: {}, cacheBases: [] };

/** @param holders as many as there are to be when the worker starts, which need not be the setting */
export function weightsOptions(
  { weights: choice, cacheDir }: Pick<Settings, 'weights' | 'cacheDir'>,
  holders: Holders,
): WeightsOptions {
  return { choice, holders, cacheBases: cacheBases(cacheDir) };
}

/** Sharing makes batches slower, so copies are kept while they take less than this part of the memory. */
const MOST_OF_MEMORY = 1 / 4;

/**
 * What `auto` decides by: whether the copies of these weights that all holders but one would have,
 * together with the copies of others that there are already, are too much for the memory.
 */
export function areCopiesTooLarge(
  bytes: number,
  holders: number,
  copiedBytes: number,
  memoryBytes: number,
): boolean {
  const ownCopies = bytes * (holders - 1);
  return ownCopies > 0 && copiedBytes + ownCopies > memoryBytes * MOST_OF_MEMORY;
}

type Loaded = { readonly name: string; readonly heldWeights?: HeldWeights };

/** Of models that are loaded: what all their holders but one have of private weights. */
export function copiedBytesOf(models: readonly Loaded[], holders: Holders): number {
  let bytes = 0;
  for (const { name, heldWeights } of models) {
    if (heldWeights?.form === 'private')
      bytes += heldWeights.bytes * (holdersOf(name, holders) - 1);
  }
  return bytes;
}

export function holdersOf(name: string, holders: Holders): number {
  return holders[name] ?? 1;
}

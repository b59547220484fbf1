/**
 * The room that V8 has for new objects (the young generation). A worker's entry holds it at its first size while
 * modules and models are loaded.
 */
import { setFlagsFromString } from 'node:v8';
import { variableAtStart } from '../../config/sources/process-environment.js';
import type { HeldWeights } from '../../model/weights.js';

type Held = { readonly heldWeights?: HeldWeights };

/** V8's own: twice the size whenever as much as it holds has survived. */
const GROWTH = '--semi-space-growth-factor=2';
/** Flags of V8 that say how large it is, with dashes or underscores. */
const SIZE_FLAG = /semi.space/;

/** Once all models are loaded. V8 reads the flag whenever the young generation is about to grow. */
export function decideYoungGeneration(models: readonly Held[]): void {
  const flags = [...process.execArgv, variableAtStart('NODE_OPTIONS') ?? ''].join(' ');
  if (mayGrow(models, flags)) setFlagsFromString(GROWTH);
}

/**
 * Where weights are shared memory is short, and ONNX models leave few objects: what V8 would take, 6 MB and more,
 * makes them no faster. Models in JavaScript may need it, and what the operator says of it holds. Pure.
 */
export function mayGrow(models: readonly Held[], nodeFlags: string): boolean {
  if (SIZE_FLAG.test(nodeFlags)) return true;
  const isMemoryShort = models.some(({ heldWeights }) => heldWeights?.form === 'shared');
  return !isMemoryShort || models.some(({ heldWeights }) => heldWeights === undefined);
}

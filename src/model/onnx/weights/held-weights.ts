/** Decides how the weights of an ONNX model are held, and makes it so. */
import { areCopiesTooLarge, type HeldWeights, type WeightsOptions } from '../../weights.js';
import type { OnnxModel } from '../graph.js';
import type { GraphEdits } from '../graph-edits.js';
import { cacheFolder } from './cache-folder.js';
import { editForm, externalForm } from './external-form.js';
import { memoryBytes } from './memory.js';
import { cachedWeights } from './weight-cache.js';

export type WeightsPlace = {
  readonly held: HeldWeights;
  /** The folder in which the runtime finds them; absent: where it would look anyway. */
  readonly folder?: string;
};

/** What the decision needs beside the model itself. */
export type WeightsCase = Omit<WeightsOptions, 'holders'> & {
  /** Workers that hold this model. */
  readonly holders: number;
  /**
   * Private weights of models that this worker has loaded already: what their other holders have
   * once more.
   */
  readonly copiedBytes: number;
};

/**
 * @param externalBytes of weights that lie in files beside the model: those are mapped as they are
 * @param edits of the model's copy, which get what leads it to its weights
 */
export function holdWeights(
  model: OnnxModel,
  modelFile: string,
  externalBytes: number,
  edits: GraphEdits,
  options: WeightsCase,
): WeightsPlace {
  const form = externalForm(model);
  const bytes = externalBytes > 0 ? externalBytes : form.valueBytes;
  if (bytes === 0 || !isToBeShared(bytes, options)) return { held: { form: 'private', bytes } };
  if (externalBytes > 0) return { held: { form: 'shared', bytes } };
  try {
    const folder = cacheFolder(options.cacheBases);
    editForm(model.source, form, cachedWeights(folder, modelFile, model.source, form), edits);
    return { held: { form: 'shared', bytes }, folder };
  } catch (error) {
    return { held: { form: 'private', bytes, reason: (error as Error).message } };
  }
}

function isToBeShared(bytes: number, { choice, holders, copiedBytes }: WeightsCase): boolean {
  if (choice !== 'auto') return choice === 'shared';
  return areCopiesTooLarge(bytes, holders, copiedBytes, memoryBytes());
}

/** LightGBM models, as `save_model` writes them: text. */
import { constants } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import type { Model } from '../model.js';
import type { ModelPlan } from '../model-plan.js';
import { lightgbmEnsemble } from '../trees/lightgbm/model.js';
import { treeModel } from '../trees/tree-model.js';
import { treeOptions } from '../trees/tree-options.js';

export async function loadLightgbmModel(plan: ModelPlan): Promise<Model> {
  const options = treeOptions(plan.options);
  const bytes = await readFile(plan.file);
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    const megabytes = Math.round(bytes.length / 2 ** 20);
    throw new Error(`${megabytes} MB of text are more than can be read`);
  }
  return treeModel(plan, lightgbmEnsemble(bytes.toString('utf8')), options);
}

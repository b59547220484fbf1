/** XGBoost models, as `save_model` writes them: JSON or UBJSON. */
import type { Model } from '../model.js';
import type { ModelPlan } from '../model-plan.js';
import { treeModel } from '../trees/tree-model.js';
import { readXgboostFile } from '../trees/xgboost/file.js';
import { xgboostEnsemble } from '../trees/xgboost/model.js';
import { xgboostOptions } from '../trees/xgboost/options.js';

export async function loadXgboostModel(plan: ModelPlan): Promise<Model> {
  const options = xgboostOptions(plan.options);
  const document = await readXgboostFile(plan.file);
  return treeModel(plan, xgboostEnsemble(document, options.rounds), options);
}

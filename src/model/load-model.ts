import { EXIT, StartError } from '../errors.js';
import type { ModuleLogger } from './define-model.js';
import type { Model } from './model.js';
import { firstLine } from './model-error.js';
import type { ModelPlan } from './repository.js';

export type LoadOptions = {
  /** Intra-op threads of a native runtime. */
  readonly threads: number;
  readonly logger: ModuleLogger;
};

/**
 * Loads one model with the runtime of its format.
 *
 * @throws StartError with exit code 11 and the reason
 */
export async function loadModel(plan: ModelPlan, options: LoadOptions): Promise<Model> {
  try {
    return await (await loaderOf(plan))(plan, options);
  } catch (error) {
    const reason = `model "${plan.name}" (${plan.file}) could not load: ${firstLine(error)}`;
    throw new StartError(EXIT.MODEL_LOAD_FAILED, reason, { cause: error });
  }
}

type Loader = (plan: ModelPlan, options: LoadOptions) => Promise<Model>;

/** Imports a runtime only when a model needs it: ONNX Runtime alone costs 40 MB. */
async function loaderOf(plan: ModelPlan): Promise<Loader> {
  if (plan.runtime === 'onnx') return (await import('./runtimes/onnx.js')).loadOnnxModel;
  return (await import('./runtimes/module.js')).loadModuleModel;
}

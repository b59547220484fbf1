import { EXIT, StartError } from '../errors.js';
import { withAllowedSizes } from './allowed-sizes.js';
import type { Model } from './model.js';
import { firstLine } from './model-error.js';
import type { ModelPlan } from './model-plan.js';
import { checkClashes } from './module/clash.js';
import type { ModuleLogger } from './module/define-model.js';
import type { RuntimeName } from './runtime-name.js';
import { withOverrides } from './signature/mapped-model.js';
import type { WeightsOptions } from './weights.js';

export type LoadOptions = {
  /** Intra-op threads of a native runtime. */
  readonly threads: number;
  /** CPUs for this process; absent: enough for all its threads. */
  readonly cpuShare?: number;
  readonly logger: ModuleLogger;
  /** Of the worker; 0 where there is none. */
  readonly slot?: number;
  /** Models of this worker that are loaded already: what a pipeline is made of. */
  readonly loaded: readonly Model[];
  /** Absent: each process has its own. */
  readonly weights?: WeightsOptions;
};

/**
 * Loads what one plan says with the runtime of its format: one model, or those of a module with
 * several functions.
 *
 * @throws StartError with exit code 11 and the reason
 */
export async function loadModel(plan: ModelPlan, options: LoadOptions): Promise<readonly Model[]> {
  try {
    if (plan.weights === 'shared' && plan.runtime !== 'onnx') throw notShared(plan.runtime);
    const load = await LOADERS[plan.runtime]();
    const threads = plan.threads ?? options.threads;
    const models = withOverrides([await load(plan, { ...options, threads })].flat(), plan);
    checkClashes(models, options.loaded);
    return models.map(withAllowedSizes);
  } catch (error) {
    const reason = `model "${plan.name}" (${plan.file}) could not load: ${firstLine(error)}`;
    throw new StartError(EXIT.MODEL_LOAD_FAILED, reason, { cause: error });
  }
}

type Loader = (plan: ModelPlan, options: LoadOptions) => Promise<Model | readonly Model[]>;

/** A runtime is imported only when a model needs it: ONNX Runtime alone costs 40 MB. */
const LOADERS: Readonly<Record<RuntimeName, () => Promise<Loader>>> = {
  onnx: async () => (await import('./runtimes/onnx.js')).loadOnnxModel,
  xgboost: async () => (await import('./runtimes/xgboost.js')).loadXgboostModel,
  lightgbm: async () => (await import('./runtimes/lightgbm.js')).loadLightgbmModel,
  tfjs: async () => (await import('./runtimes/tfjs.js')).loadTfjsModel,
  module: async () => (await import('./runtimes/module.js')).loadModuleModels,
  pipeline: async () => (await import('./runtimes/pipeline.js')).loadPipelineModel,
};

function notShared(runtime: RuntimeName): Error {
  return new Error(
    `"weights": "shared" is for ONNX models, and this one is of runtime "${runtime}"`,
  );
}

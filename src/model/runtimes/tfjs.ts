/**
 * TensorFlow.js models, layers and graphs. TensorFlow.js is optional: a worker that serves none of
 * them never imports it.
 */
import type { LoadOptions } from '../load-model.js';
import type { Model } from '../model.js';
import { firstLine } from '../model-error.js';
import type { ModelPlan } from '../model-plan.js';
import { described } from '../tensor/place.js';
import type { Signature } from '../tensor/signature.js';
import type { Tensors } from '../tensor/tensor.js';
import { readArtifacts } from '../tfjs/artifacts.js';
import { type Backend, runFault, runInTurn, startTfjs, useBackend } from '../tfjs/backend.js';
import { type Computation, probed, TfjsRunner } from '../tfjs/computation.js';
import { loadGraph } from '../tfjs/graph.js';
import { loadLayers } from '../tfjs/layers.js';
import { refuseEmpty } from '../tfjs/tensors.js';

export async function loadTfjsModel(plan: ModelPlan, { logger }: LoadOptions): Promise<Model> {
  const wanted = wantedBackend(plan.options);
  const { kind, artifacts } = await readArtifacts(plan.file);
  const { core, fastest } = await startTfjs(logger);
  const backend = wanted ?? fastest;
  useBackend(core, backend);
  const computation = await undamaged(() =>
    kind === 'layers' ? loadLayers(artifacts) : loadGraph(artifacts, plan),
  );
  const runner = new TfjsRunner(core, computation, backend, logger);
  return modelOf(plan, computation, runner, await probed(runner, computation, logger));
}

/** TensorFlow.js reads a topology as it comes, and stumbles over what is not there. */
async function undamaged(load: () => Promise<Computation>): Promise<Computation> {
  try {
    return await load();
  } catch (error) {
    const isStumble = error instanceof TypeError || error instanceof RangeError;
    if (!(error instanceof Error) || !(isStumble || error.message === '')) throw error;
    const problem = 'modelTopology or signature is damaged, or not what TensorFlow.js takes';
    throw new Error(`${problem} (${firstLine(error)})`, { cause: error });
  }
}

function wantedBackend(options: ModelPlan['options'] = {}): Backend | undefined {
  const { backend, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new Error(`options: unknown option ${JSON.stringify(unknown)}; expected "backend"`);
  }
  if (backend === undefined || backend === 'wasm' || backend === 'cpu') return backend;
  throw new Error(`options.backend: expected "wasm" or "cpu", got ${described(backend)}`);
}

function modelOf(
  plan: ModelPlan,
  { isRowWise, hasLoops, dispose }: Computation,
  runner: TfjsRunner,
  signature: Signature,
): Model {
  const { file: _file, retry = true, ...traits } = plan;
  const compute = (inputs: Tensors): Tensors | Promise<Tensors> => {
    refuseEmpty(signature, inputs);
    try {
      const outputs = runner.run(inputs);
      if (!(outputs instanceof Promise)) return outputs;
      return outputs.catch((error: unknown) => runFault(plan.name, error, runner.hasRun));
    } catch (error) {
      return runFault(plan.name, error, runner.hasRun);
    }
  };
  return {
    // Zeros may keep a loop running for ever: only an example of its own warms it up.
    ...(hasLoops ? { warmup: false } : {}),
    ...traits,
    kind: 'tensors',
    isRetryable: retry,
    isRowWise,
    signature,
    run: (inputs, context, finish) => runInTurn(() => compute(inputs), context, finish),
    dispose: async () => dispose(),
  };
}

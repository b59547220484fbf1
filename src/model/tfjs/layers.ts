/** Layers models: what Keras has trained, or TensorFlow.js itself. */
import type * as Core from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { messageOf, RequestError } from '../../errors.js';
import type { Signature, TensorSpec } from '../tensor/signature.js';
import { optional } from './backend.js';
import type { Computation } from './computation.js';
import { isTfjsDtype } from './tensors.js';
import { checkTopology } from './topology.js';

export async function loadLayers(artifacts: Core.io.ModelArtifacts): Promise<Computation> {
  const { loadLayersModel } = await optional(() => import('@tensorflow/tfjs-layers'));
  const model = await loaded(() => loadLayersModel({ load: async () => artifacts }), artifacts);
  const signature = layersSignature(model);
  return {
    ...signature,
    hasLoops: false,
    isRowWise: isRowWise(model, signature, artifacts.modelTopology),
    execute(inputs) {
      checkRows(signature, inputs);
      // What it remembers is of another request.
      if (model.stateful) model.resetStates();
      return [model.predictOnBatch([...inputs])].flat();
    },
    dispose: () => void model.dispose(),
  };
}

async function loaded(
  load: () => Promise<LayersModel>,
  { modelTopology }: Core.io.ModelArtifacts,
): Promise<LayersModel> {
  try {
    checkTopology(modelTopology);
    return await load();
  } catch (error) {
    const { keras_version: version } = modelTopology as { keras_version?: unknown };
    if (typeof version !== 'string' || !/^3\./.test(version)) throw error;
    const reason = messageOf(error);
    const advice = `it is of Keras ${version}; save it with tf_keras (Keras 2) or convert it as a graph model`;
    throw new Error(`${advice} (${reason})`, { cause: error });
  }
}

function layersSignature({ inputs, outputs }: LayersModel): Signature {
  if (inputs === undefined || outputs === undefined) {
    throw new Error('the model has no input shape; build it before it is saved');
  }
  return { inputs: specsOf(inputs), outputs: specsOf(outputs) };
}

/** Named by their layers, as in Keras; several of one layer are counted. */
function specsOf(tensors: readonly SymbolicTensor[]): TensorSpec[] {
  const names = tensors.map(({ sourceLayer }) => sourceLayer.name);
  return tensors.map(({ dtype, shape }, index) => {
    const own = names[index] ?? '';
    const before = names.slice(0, index).filter((other) => other === own).length;
    const name = before === 0 ? own : `${own}_${before}`;
    if (!isTfjsDtype(dtype)) throw new Error(`"${name}" is ${dtype}, which is not supported`);
    return { name, dtype, shape: shape.map((size) => size ?? -1) };
  });
}

/** The first dimension of a layers model is its batch; few layers can reach across it. */
function isRowWise(model: LayersModel, { inputs, outputs }: Signature, topology: unknown): boolean {
  if (model.stateful || /"axis":(0|\[0)/.test(JSON.stringify(topology))) return false;
  return [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
}

function checkRows({ inputs: specs }: Signature, inputs: readonly Core.Tensor[]): void {
  const [first] = inputs;
  const index = inputs.findIndex(({ shape }) => shape[0] !== first?.shape[0]);
  if (index < 0) return;
  const expected = `expected ${first?.shape[0]} rows as in input "${specs[0]?.name}"`;
  throw new RequestError(
    'INVALID_INPUT',
    `input "${specs[index]?.name}": ${expected}, got ${inputs[index]?.shape[0]}`,
  );
}

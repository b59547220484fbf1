/** Metadata of the Open Inference Protocol. */
import type { ServedModel } from '../../model/description.js';
import { V2_DATATYPES } from '../../model/paths/v2-datatype.js';
import type { RuntimeName } from '../../model/runtime-name.js';
import type { TensorSpec } from '../../model/tensor/signature.js';

const EXTENSIONS = ['binary_tensor_data', 'model_configuration', 'model_repository', 'statistics'];

/** `<project>_<format>`, as the protocol wants it. */
export const PLATFORMS: Readonly<Record<RuntimeName, string>> = {
  onnx: 'onnxruntime_onnx',
  xgboost: 'forkcast_xgboost',
  lightgbm: 'forkcast_lightgbm',
  tfjs: 'tensorflowjs_model',
  module: 'forkcast_module',
  pipeline: 'forkcast_pipeline',
};

/** Body of `GET /v2`. */
export function serverMetadata(serverVersion: string): unknown {
  return { name: 'forkcast', version: serverVersion, extensions: EXTENSIONS };
}

/**
 * Body of `GET /v2/models/NAME`. Tensors carry the labels of their columns or classes besides.
 *
 * @param meant the version the path asked for
 * @param versions all that answer
 */
export function modelMetadata(meant: ServedModel, versions: readonly ServedModel[]): unknown {
  const { name, runtime, signature, labels } = meant;
  return {
    name,
    versions: versions.filter(({ state }) => state === 'READY').map(({ version }) => version),
    platform: PLATFORMS[runtime],
    inputs: (signature?.inputs ?? []).map(tensorMetadata),
    outputs: (signature?.outputs ?? []).map(tensorMetadata),
    ...(labels.length > 0 ? { properties: { labels: labels.join(',') } } : {}),
  };
}

function tensorMetadata({ name, dtype, shape, labels }: TensorSpec): unknown {
  const tensor = { name, datatype: V2_DATATYPES[dtype], shape };
  return labels === undefined ? tensor : { ...tensor, labels };
}

/** Body of `GET /v2/models/NAME/ready`. */
export function modelReadiness({ name, state }: ServedModel): unknown {
  return { name, ready: state === 'READY' };
}

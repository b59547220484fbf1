/** Metadata of the v1 protocol: TF Serving's status and metadata, KServe's `ready`. */

import type { ModelState, ServedModel } from '../../model/description.js';
import type { Signature, TensorSpec } from '../../model/tensor/signature.js';
import type { Dtype } from '../../model/tensor/tensor.js';

/** Body of `GET /v1/models`. */
export type ModelList = { readonly models: readonly ModelListing[] };

export type ModelListing = {
  readonly name: string;
  readonly version: string;
  readonly runtime: string;
  readonly labels?: readonly string[];
  readonly default: boolean;
  readonly ready: boolean;
};

/** Body of `GET /v1/models/NAME`. */
export type ModelStatus = {
  readonly name: string;
  readonly ready: boolean;
  readonly model_version_status: readonly VersionStatus[];
  /** Of the version that requests without one mean; absent where the model takes raw instances. */
  readonly signature?: Signature;
};

/** TF Serving's words for the states. */
const STATES: Readonly<Record<ModelState, string>> = {
  LOADING: 'LOADING',
  READY: 'AVAILABLE',
  UNLOADING: 'UNLOADING',
  UNAVAILABLE: 'END',
};

type VersionStatus = {
  readonly version: string;
  readonly state: string;
  readonly status: { readonly error_code: string; readonly error_message: string };
};

export function modelList(models: readonly ServedModel[]): ModelList {
  return {
    models: models.map(({ name, version, runtime, labels, isDefault, isLatest, state }) => ({
      name,
      version,
      runtime,
      ...(labels.length > 0 ? { labels } : {}),
      default: isDefault && isLatest,
      ready: state === 'READY',
    })),
  };
}

/** @param versions of one model, at least one: those the path asked for */
export function modelStatus(versions: readonly ServedModel[]): ModelStatus {
  const meant = versions.find((version) => version.isLatest) ?? versions.at(-1);
  return {
    name: meant?.name ?? '',
    ready: meant?.state === 'READY',
    model_version_status: versions.map(versionStatus),
    ...(meant?.signature === undefined ? {} : { signature: meant.signature }),
  };
}

function versionStatus({ version, state, reason }: ServedModel): VersionStatus {
  const status =
    state === 'READY'
      ? { error_code: 'OK', error_message: reason }
      : { error_code: 'UNAVAILABLE', error_message: reason || NOT_READY };
  return { version, state: STATES[state], status };
}

const NOT_READY = 'no worker is ready for this model';

const TF_TYPES: Readonly<Record<Dtype, string>> = {
  bool: 'DT_BOOL',
  float16: 'DT_HALF',
  bfloat16: 'DT_BFLOAT16',
  float32: 'DT_FLOAT',
  float64: 'DT_DOUBLE',
  int8: 'DT_INT8',
  int16: 'DT_INT16',
  int32: 'DT_INT32',
  int64: 'DT_INT64',
  uint8: 'DT_UINT8',
  uint16: 'DT_UINT16',
  uint32: 'DT_UINT32',
  uint64: 'DT_UINT64',
  string: 'DT_STRING',
};

/** Body of `GET /v1/models/NAME/metadata`, in TF Serving's form; without a signature it has none. */
export function modelMetadata({ name, version, signature }: ServedModel): unknown {
  const definitions = signature === undefined ? {} : { serving_default: definition(signature) };
  return {
    model_spec: { name, signature_name: '', version },
    metadata: { signature_def: { signature_def: definitions } },
  };
}

function definition({ inputs, outputs }: Signature): unknown {
  return {
    inputs: tensorInfos(inputs),
    outputs: tensorInfos(outputs),
    method_name: 'tensorflow/serving/predict',
  };
}

function tensorInfos(specs: readonly TensorSpec[]): Record<string, unknown> {
  return Object.fromEntries(specs.map((spec) => [spec.name, tensorInfo(spec)]));
}

/** Sizes are texts, as protobuf's JSON writes 64-bit numbers. */
function tensorInfo({ name, dtype, shape }: TensorSpec): unknown {
  const dim = shape.map((size) => ({ size: String(size), name: '' }));
  return { dtype: TF_TYPES[dtype], tensor_shape: { dim, unknown_rank: false }, name };
}

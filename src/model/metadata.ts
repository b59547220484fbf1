/** Bodies of the metadata routes: pure, because the master answers them from what it knows. */
import type { ModelDescription } from './description.js';
import type { Signature } from './signature.js';

/** Body of `GET /v1/models`. */
export type ModelList = { readonly models: readonly ModelListing[] };

export type ModelListing = {
  readonly name: string;
  readonly version: string;
  readonly runtime: string;
  readonly default: boolean;
  readonly ready: boolean;
};

/** Body of `GET /v1/models/NAME`: TF Serving's status, KServe's `ready`, and the signature. */
export type ModelStatus = {
  readonly name: string;
  readonly ready: boolean;
  readonly model_version_status: readonly VersionStatus[];
  /** Absent where the model takes raw instances. */
  readonly signature?: Signature;
};

type VersionStatus = {
  readonly version: string;
  readonly state: 'AVAILABLE' | 'LOADING';
  readonly status: { readonly error_code: string; readonly error_message: string };
};

/** @param isReady whether a worker is there that can answer for this model now */
export function modelList(
  descriptions: readonly ModelDescription[],
  isReady: (name: string) => boolean,
): ModelList {
  return {
    models: descriptions.map(({ name, version, runtime, isDefault }) => ({
      name,
      version,
      runtime,
      default: isDefault,
      ready: isReady(name),
    })),
  };
}

export function modelStatus(description: ModelDescription, isReady: boolean): ModelStatus {
  const { name, version, signature } = description;
  const status = isReady
    ? { error_code: 'OK', error_message: '' }
    : { error_code: 'UNAVAILABLE', error_message: 'no worker is ready for this model' };
  return {
    name,
    ready: isReady,
    model_version_status: [{ version, state: isReady ? 'AVAILABLE' : 'LOADING', status }],
    ...(signature === undefined ? {} : { signature }),
  };
}

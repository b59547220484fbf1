/** What the master is told of a loaded model. */
import { defaultModelOf } from '../model/default-model.js';
import type { ModelDescription } from '../model/description.js';
import type { Model } from '../model/model.js';

export type BootTimes = { readonly loadMs: number; readonly warmupMs: number };

export function describeModel(
  model: Model,
  times: BootTimes,
  models: readonly Model[],
  defaultModel: string | undefined,
): ModelDescription {
  const { name, version, runtime, isLatest, labels, isRetryable, timeoutMs } = model;
  return {
    name,
    version,
    runtime,
    isLatest,
    labels,
    isDefault: defaultModelOf(models, defaultModel) === model,
    ...(model.kind === 'tensors' ? { signature: model.signature } : {}),
    isRetryable,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...times,
  };
}

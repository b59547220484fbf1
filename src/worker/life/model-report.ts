/** What the master is told of a loaded model. */

import { batchingOf } from '../../model/batching.js';
import { type ModelDescription, ownLimits } from '../../model/description.js';
import type { Model } from '../../model/model.js';
import { defaultModelOf } from '../../model/repository/default-model.js';
import type { WorkerLog } from '../worker-log.js';

export type LoadFacts = {
  /** Name of the plan that the model was loaded by. */
  readonly plan: string;
  readonly loadMs: number;
  readonly warmupMs: number;
};

export function describeModel(
  model: Model,
  { plan, ...times }: LoadFacts,
  models: readonly Model[],
  defaultModel: string | undefined,
): ModelDescription {
  const { name, version, runtime, isLatest, labels, isRetryable, isStreaming, heldWeights } = model;
  return {
    name,
    version,
    ...(plan === name ? {} : { plan }),
    runtime,
    isLatest,
    labels,
    isDefault: defaultModelOf(models, defaultModel) === model,
    ...(model.kind === 'tensors' ? { signature: model.signature } : {}),
    ...exampleOf(model),
    isRetryable,
    ...routesOf(model),
    ...ownLimits(model),
    ...batchOf(model),
    ...(isStreaming === true ? { isStreaming } : {}),
    ...(heldWeights === undefined ? {} : { heldWeights }),
    ...times,
  };
}

/** Tells only what an operator may not expect. */
export function logWeights({ name, heldWeights }: Model, log: WorkerLog): void {
  if (heldWeights === undefined) return;
  const { form, bytes, reason } = heldWeights;
  if (reason !== undefined) log.warn({ model: name, reason }, 'weights not shared');
  else if (form === 'shared') log.info({ model: name, bytes }, 'weights shared');
}

/** Of several versions, only the latest has its module's routes. */
function routesOf({ isLatest, routes }: Model): Pick<ModelDescription, 'routes'> {
  if (routes === undefined || !isLatest) return {};
  const { plugin: _plugin, ...place } = routes;
  return { routes: place };
}

function batchOf(model: Model): Pick<ModelDescription, 'batch'> {
  const batch = batchingOf(model);
  return batch === undefined ? {} : { batch };
}

/** It is shown to people, and travels in a control message. */
const LONGEST_EXAMPLE = 4096;

function exampleOf({ warmup }: Model): { example?: unknown } {
  if (warmup === undefined || warmup === false) return {};
  return JSON.stringify(warmup).length > LONGEST_EXAMPLE ? {} : { example: warmup };
}

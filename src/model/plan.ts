import { ConfigError } from '../errors.js';
import { defaultModelOf } from './default-model.js';
import type { ModelDescription } from './description.js';
import type { ModelPlan } from './model-plan.js';
import { findModels } from './repository.js';

export type Plan = {
  readonly models: readonly ModelPlan[];
  /** Which model `POST /predict` means; undefined when there are several and none was chosen. */
  readonly defaultModel: string | undefined;
};

/**
 * The models of PATH and the default among them.
 *
 * @throws ConfigError also when the chosen default is not there
 */
export function planModels(path: string, chosen: string | undefined): Plan {
  const models = findModels(path);
  const names = models.map(({ name }) => name);
  if (chosen !== undefined && !names.includes(chosen)) {
    const known = [...new Set(names)].join(', ');
    const fault = `defaultModel: there is no model "${chosen}" in ${path}; expected one of: ${known}.`;
    throw new ConfigError([fault]);
  }
  return { models, defaultModel: defaultModelOf(models, chosen)?.name };
}

/** What is known of the models before a worker has loaded them: nothing that a file itself says. */
export function plannedModels({ models, defaultModel }: Plan): ModelDescription[] {
  return models.map(({ name, version, runtime, isLatest, labels, retry = true, timeoutMs }) => ({
    name,
    version,
    runtime,
    isLatest,
    labels,
    isDefault: isLatest && name === defaultModel,
    isRetryable: retry,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    loadMs: 0,
    warmupMs: 0,
  }));
}

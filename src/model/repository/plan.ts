import { ConfigError } from '../../errors.js';
import { type ModelDescription, ownLimits } from '../description.js';
import type { ModelPlan } from '../model-plan.js';
import { defaultModelOf } from './default-model.js';
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
  return { models, defaultModel: chooseDefault(names, path, chosen) };
}

/**
 * The model that `POST /predict` means.
 *
 * @param names of all models there are; one name for each version is fine
 * @throws ConfigError when the chosen one is not there
 */
export function chooseDefault(
  names: readonly string[],
  path: string,
  chosen: string | undefined,
): string | undefined {
  if (chosen !== undefined && !names.includes(chosen)) {
    const known = [...new Set(names)].join(', ');
    const fault = `defaultModel: there is no model "${chosen}" in ${path}; expected one of: ${known}.`;
    throw new ConfigError([fault]);
  }
  const models = names.map((name) => ({ name, isLatest: true }));
  return defaultModelOf(models, chosen)?.name;
}

/** What is known of the models before a worker has loaded them: nothing that a file itself says. */
export function plannedModels({ models, defaultModel }: Plan): ModelDescription[] {
  return models.map((plan) => {
    const { name, version, runtime, isLatest, labels, retry = true } = plan;
    return {
      name,
      version,
      runtime,
      isLatest,
      labels,
      isDefault: isLatest && name === defaultModel,
      isRetryable: retry,
      ...ownLimits(plan),
      loadMs: 0,
      warmupMs: 0,
    };
  });
}

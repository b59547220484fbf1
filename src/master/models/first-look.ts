import type { Settings } from '../../config/settings.js';
import type { ModelPlan } from '../../model/model-plan.js';
import { inLoadOrder, pipelineFaults } from '../../model/pipeline/pipeline-parts.js';
import { chooseDefault, planModels } from '../../model/repository/plan.js';
import type { WantedPlan } from '../workers/generation.js';
import { type Appearance, lookAtRepository } from './repository-look.js';
import type { Refusal } from './wanted-models.js';

/** What the repository holds when the server starts. */
export type FirstLook = {
  readonly plan: WantedPlan;
  /** Models whose folders have faults, and the pipelines made of them: they are left out. */
  readonly broken: readonly Refusal[];
  readonly appearance: Appearance;
};

/** @throws ConfigError with every fault; with `skip`, only when nothing is left to serve */
export async function firstLook(
  path: string,
  { defaultModel: chosen, onBrokenModel }: Pick<Settings, 'defaultModel' | 'onBrokenModel'>,
): Promise<FirstLook> {
  const { survey, fingerprints, appearance } = await lookAtRepository(path);
  const faulty = survey.models.filter(({ faults }) => faults.length > 0);
  const broken = faulty.map(({ name, faults }) => ({ name, reason: faults.join(' ') }));
  const good = survey.models.filter(({ faults }) => faults.length === 0);
  const models = withoutIncomplete(
    good.flatMap(({ plans }) => plans),
    broken,
  );
  if (onBrokenModel === 'exit' || models.length === 0) {
    return { plan: { ...planModels(path, chosen), fingerprints }, broken: [], appearance };
  }
  const names = survey.models.map(({ name }) => name);
  const defaultModel = chooseDefault(names, path, chosen);
  return { plan: { models: inLoadOrder(models), defaultModel, fingerprints }, broken, appearance };
}

/** Leaves out pipelines that lack a part, and those made of them, and says so in `broken`. */
function withoutIncomplete(plans: readonly ModelPlan[], broken: Refusal[]): readonly ModelPlan[] {
  let left = plans;
  for (let faults = pipelineFaults(left); faults.size > 0; faults = pipelineFaults(left)) {
    const lacking = faults;
    left = left.filter(({ name }) => !lacking.has(name));
    for (const [name, own] of lacking) broken.push({ name, reason: own.join(' ') });
  }
  return left;
}

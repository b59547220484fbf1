/** `forkcast check`: every model loaded and run in a worker of its own, one after another. */
import { threadShare } from '../config/cpus/thread-share.js';
import type { Settings } from '../config/settings.js';
import type { Boot, ModelTrial } from '../link/process/control.js';
import { bootLimitMs } from '../model/boot-limit.js';
import { type ModelDescription, planOf } from '../model/description.js';
import type { ModelPlan } from '../model/model-plan.js';
import { withParts } from '../model/pipeline/pipeline-parts.js';
import { NO_DEFAULT } from '../model/repository/default-model.js';
import { slotCounts } from '../model/repository/holders.js';
import type { Plan } from '../model/repository/plan.js';
import { weightsOptions } from '../model/weights.js';
import { type Outcome, runTrial } from './trial-process.js';

/** One plan that was tried: the models it gives, or why it gives none. */
export type CheckedPlan = {
  readonly plan: ModelPlan;
  readonly models: readonly CheckedModel[];
  /** Absent where it is good. */
  readonly fault?: string;
};

export type CheckedModel = { readonly description: ModelDescription; readonly trial: ModelTrial };

export type CheckOptions = {
  readonly settings: Pick<
    Settings,
    | ('workers' | 'threads' | 'hasAutoThreads' | 'cpus')
    | ('bootTimeout' | 'maxBody' | 'weights' | 'cacheDir')
  >;
  /** Of the workers' own log lines, which go to the standard error. */
  readonly logLevel: string;
  readonly signal: AbortSignal;
};

/**
 * Tries each plan in turn: two at once would disturb each other's times. A model that crashes or
 * hangs costs its own worker.
 */
export async function* checkModels(
  { models: plans, defaultModel }: Plan,
  { settings, logLevel, signal }: CheckOptions,
): AsyncGenerator<CheckedPlan> {
  const holders = Object.fromEntries(slotCounts(plans, settings.workers));
  for (const plan of plans) {
    if (signal.aborted) return;
    const boot: Boot = {
      type: 'boot',
      slot: 0,
      models: withParts(plan, plans),
      defaultModel: defaultModel ?? NO_DEFAULT,
      ...threadShare(settings, settings.workers),
      weights: weightsOptions(settings, holders),
      maxBodyBytes: settings.maxBody,
      log: { level: logLevel, format: 'json', file: '-' },
      isTrial: true,
    };
    const bootTimeoutMs = bootLimitMs(boot.models, settings.bootTimeout);
    const outcome = await runTrial(boot, { bootTimeoutMs, signal });
    yield checked(plan, outcome);
  }
}

/** The trials of its parts are their own affair. */
function checked(plan: ModelPlan, outcome: Outcome): CheckedPlan {
  if (outcome.kind === 'failed') return { plan, models: [], fault: outcome.reason };
  const models = outcome.models.flatMap((description, index): CheckedModel[] => {
    const trial = outcome.trials[index];
    const isIts = description.version === plan.version && planOf(description) === plan.name;
    if (trial === undefined || !isIts) return [];
    // A worker takes the only version it holds for the one that is meant.
    const isDefault = description.isDefault && description.isLatest;
    return [{ description: { ...description, isDefault }, trial }];
  });
  return { plan, models };
}

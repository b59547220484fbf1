import type { Settings } from '../../config/settings.js';
import type { ModelPlan } from '../../model/model-plan.js';
import { type Placement, placeModels, plansOfSlot } from '../../model/repository/holders.js';
import type { Plan } from '../../model/repository/plan.js';
import { compareVersions } from '../../model/repository/version-policy.js';
import type { Holders } from '../../model/weights.js';
import type { ModelVersion } from './boot-failure.js';

/** Plans, and model name → what its folder looked like when it was read: two that differ are two models. */
export type WantedPlan = Plan & { readonly fingerprints: ReadonlyMap<string, string> };

/**
 * What a reload of everything renews beside models: workers of another renewal are replaced, whatever
 * they hold, for code and settings may have changed where nobody looks.
 */
export type Renewal = {
  /** 0 at the start; each reload that is tried takes the next. */
  readonly number: number;
  /** Those that workers are started with. */
  readonly settings: Settings;
};

/** What the workers are to hold from one moment on. Never changed, only followed by another. */
export type Generation = WantedPlan & {
  /** 1 at the start; each rollout that is tried takes the next. */
  readonly number: number;
  /** How many there are to be, numbered from 0. */
  readonly slots: number;
  readonly renewal: Renewal;
  /** Which slots hold which model. */
  readonly placement: Placement;
};

/** What one slot holds in a generation. */
export type Holding = {
  readonly generation: number;
  /** How many workers share the CPUs. */
  readonly workers: number;
  readonly plans: readonly ModelPlan[];
  /** Of these plans' models. */
  readonly holders: Holders;
  readonly defaultModel: string | undefined;
  /** Those that its worker is started with. */
  readonly settings: Settings;
  /** Alike exactly where a worker need not be replaced. */
  readonly key: string;
  /** Name of a plan → alike exactly where what was loaded by it is the same. */
  readonly modelKeys: ReadonlyMap<string, string>;
};

/** @param before who is placed there stays, as far as possible */
export function makeGeneration(
  { models, defaultModel, fingerprints }: WantedPlan,
  number: number,
  slots: number,
  renewal: Renewal,
  before?: Generation,
): Generation {
  const placement = placeModels(models, slots, before?.placement);
  return { models, defaultModel, fingerprints, number, slots, renewal, placement };
}

/** What came, went or became another one, by name; empty lists are left out. */
export function changesBetween(
  from: Generation,
  to: Generation,
): Readonly<Record<string, readonly string[]>> {
  const before = new Set(from.models.map(({ name }) => name));
  const after = new Set(to.models.map(({ name }) => name));
  const changes = {
    added: [...after].filter((name) => !before.has(name)),
    removed: [...before].filter((name) => !after.has(name)),
    changed: [...after].filter(
      (name) => before.has(name) && modelKey(from, name) !== modelKey(to, name),
    ),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, names]) => names.length > 0));
}

/** Alike exactly where a model is the same in two generations. */
export function modelKey({ models, fingerprints }: WantedPlan, name: string): string {
  const plans = models.filter((plan) => plan.name === name);
  return JSON.stringify([plans, fingerprints.get(name) ?? '']);
}

export function holdingOf(generation: Generation, slot: number): Holding {
  const { number, slots, defaultModel, placement, fingerprints, renewal } = generation;
  const { settings } = renewal;
  const plans = plansOfSlot(generation.models, slot, placement);
  const seen = plans.map(({ name }) => fingerprints.get(name) ?? '');
  const key = JSON.stringify([plans, seen, defaultModel, renewal.number]);
  const modelKeys = new Map(
    plans.map(({ name }) => [name, `${renewal.number} ${modelKey(generation, name)}`]),
  );
  const holders = Object.fromEntries(
    plans.map(({ name }) => [name, placement.get(name)?.length ?? 0]),
  );
  // Not in the key: with more or fewer workers, who is there already keeps its threads and weights.
  return {
    generation: number,
    workers: slots,
    plans,
    holders,
    defaultModel,
    settings,
    key,
    modelKeys,
  };
}

/** Plans without one version; the highest that is left of its model is the latest then. */
export function withoutVersion(
  plans: readonly ModelPlan[],
  { name, version }: ModelVersion,
): ModelPlan[] {
  const left = plans.filter((plan) => plan.name !== name || plan.version !== version);
  const versions = left.filter((plan) => plan.name === name).map((plan) => plan.version);
  const latest = versions.toSorted(compareVersions).at(-1);
  return left.map((plan) =>
    plan.name === name ? { ...plan, isLatest: plan.version === latest } : plan,
  );
}

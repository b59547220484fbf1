/** Which models a reload of everything is to end with. Pure. */
import type { Catalog } from '../models/catalog.js';
import type { RepositoryLook } from '../models/repository-look.js';
import {
  type Change,
  changeOf,
  pipelinesOf,
  type Refusal,
  removal,
  withChanges,
} from '../models/wanted-models.js';
import { modelKey, type WantedPlan } from '../workers/generation.js';

/** What a look at the repository means for what is served. */
export type Review = {
  /** Of models that are new, changed or gone. */
  readonly changes: readonly Change[];
  /** Folders with faults. */
  readonly broken: readonly Refusal[];
  /** Read without a fault. */
  readonly good: readonly string[];
  readonly gone: readonly string[];
};

/** What was unloaded by hand is left alone. */
export function review(
  now: WantedPlan,
  { survey, fingerprints }: RepositoryLook,
  catalog: Pick<Catalog, 'isUnloaded' | 'planNames'>,
): Review {
  const meant = survey.models.filter(({ name }) => !catalog.isUnloaded(name));
  const good = meant.filter(({ faults }) => faults.length === 0);
  const present = new Set(survey.models.map(({ name }) => name));
  const gone = [...catalog.planNames].filter((name) => !present.has(name));
  const changes = [
    ...good.map((model) => changeOf(model, fingerprints)).filter((one) => isChange(now, one)),
    ...gone.map(removal),
  ];
  const broken = meant
    .filter(({ faults }) => faults.length > 0)
    .map(({ name, faults }) => ({ name, reason: faults.join(' ') }));
  return { changes, broken, good: good.map(({ name }) => name), gone };
}

function isChange(now: WantedPlan, change: Change): boolean {
  return modelKey(now, change.name) !== modelKey(withChanges(now, [change]), change.name);
}

/**
 * The changes to try next when some models cannot be had: one that was to change stays as it was,
 * and what cannot be loaded as it was goes, with the pipelines that are made of it.
 */
export function withoutRefused(
  now: WantedPlan,
  changes: readonly Change[],
  refused: readonly Refusal[],
): Change[] {
  const names = new Set(refused.map(({ name }) => name));
  const changed = new Set(changes.map(({ name }) => name));
  const lost = [...names].filter((name) => !changed.has(name));
  const goes = new Set(lost.flatMap((name) => [name, ...pipelinesOf(now.models, name)]));
  const left = changes.filter(({ name }) => !names.has(name) && !goes.has(name));
  return [...left, ...[...goes].map(removal)];
}

/** What is wanted once some models have changed. Pure. */

import type { ModelPlan } from '../../model/model-plan.js';
import { inLoadOrder, partNames, pipelineFaults } from '../../model/pipeline/pipeline-parts.js';
import { byNameAndVersion } from '../../model/repository/version-policy.js';
import type { WantedPlan } from '../workers/generation.js';

/** What one model is to be: its plans, or none where it is to go. */
export type Change = {
  readonly name: string;
  readonly plans: readonly ModelPlan[];
  readonly fingerprint: string;
};

export function changeOf(
  { name, plans }: Pick<Change, 'name' | 'plans'>,
  fingerprints: ReadonlyMap<string, string>,
): Change {
  return { name, plans, fingerprint: fingerprints.get(name) ?? '' };
}

export function removal(name: string): Change {
  return { name, plans: [], fingerprint: '' };
}

/** Why a change cannot be had. */
export type Refusal = { readonly name: string; readonly reason: string };

/**
 * The model that `POST /predict` means stays the same for the life of the server, loaded or not: its
 * clients must not be answered by another one.
 */
export function withChanges(now: WantedPlan, changes: readonly Change[]): WantedPlan {
  const changed = new Set(changes.map(({ name }) => name));
  const plans = [
    ...now.models.filter(({ name }) => !changed.has(name)),
    ...changes.flatMap((change) => change.plans),
  ];
  const fingerprints = new Map(now.fingerprints);
  for (const { name, plans: own, fingerprint } of changes) {
    if (own.length === 0) fingerprints.delete(name);
    else fingerprints.set(name, fingerprint);
  }
  const models = inLoadOrder(plans.sort(byNameAndVersion));
  return { models, defaultModel: now.defaultModel, fingerprints };
}

/**
 * The changes by which a pipeline would lack a part: the pipeline's own, else those of its parts.
 * Empty when every pipeline has what it needs.
 */
export function refusals(now: WantedPlan, changes: readonly Change[]): Refusal[] {
  const { models } = withChanges(now, changes);
  const refused = new Map<string, string>();
  for (const [pipeline, faults] of pipelineFaults(models)) {
    if (changes.some(({ name }) => name === pipeline)) {
      refused.set(pipeline, faults.join(' '));
      continue;
    }
    const parts = models.filter(({ name }) => name === pipeline).flatMap(partNames);
    for (const { name } of changes) {
      if (parts.includes(name)) refused.set(name, `the pipeline "${pipeline}" is made of it`);
    }
  }
  return [...refused].map(([name, reason]) => ({ name, reason }));
}

/** The pipelines that are made of a model, those made of them included. */
export function pipelinesOf(plans: readonly ModelPlan[], name: string): string[] {
  const found = new Set([name]);
  for (const part of found) {
    for (const plan of plans) if (partNames(plan).includes(part)) found.add(plan.name);
  }
  found.delete(name);
  return [...found];
}

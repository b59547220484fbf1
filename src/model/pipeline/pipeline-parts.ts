/** Whether pipelines have all their parts, and in which order models are loaded. Pure. */
import type { ModelPlan } from '../model-plan.js';
import { partsOf } from '../settings/pipeline-form.js';

/**
 * Pipeline name → what is wrong with its parts, each a sentence that begins with `pipeline`.
 *
 * @param excused names of models that are there, but with faults of their own
 */
export function pipelineFaults(
  plans: readonly ModelPlan[],
  excused: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, readonly string[]> {
  const faults = new Map<string, string[]>();
  const names = new Set(plans.map(({ name }) => name));
  for (const plan of plans) {
    const own = [...partFaults(plan, plans, names, excused), ...circleFaults(plan, plans)];
    if (own.length > 0) faults.set(plan.name, [...(faults.get(plan.name) ?? []), ...own]);
  }
  return faults;
}

/** Names of the models a plan is directly made of. */
export function partNames(plan: ModelPlan): string[] {
  return plan.pipeline === undefined ? [] : partsOf(plan.pipeline).map(({ name }) => name);
}

/** Parts before the pipelines that are made of them; else in the order given. */
export function inLoadOrder(plans: readonly ModelPlan[]): ModelPlan[] {
  const ordered = new Set<ModelPlan>();
  const begun = new Set<ModelPlan>();
  const add = (plan: ModelPlan): void => {
    // Begun but not yet there: a circle, which is a fault that others tell.
    if (begun.has(plan)) return;
    begun.add(plan);
    const parts = new Set(partNames(plan));
    if (parts.size > 0) for (const other of plans) if (parts.has(other.name)) add(other);
    ordered.add(plan);
  };
  for (const plan of plans) add(plan);
  return [...ordered];
}

/** All that one worker needs to hold this plan: its parts, nested ones included, then itself. */
export function withParts(plan: ModelPlan, plans: readonly ModelPlan[]): ModelPlan[] {
  const needed = new Set([plan]);
  for (const one of needed) {
    const parts = partNames(one);
    for (const other of plans) if (parts.includes(other.name)) needed.add(other);
  }
  return inLoadOrder([...needed]);
}

function partFaults(
  plan: ModelPlan,
  plans: readonly ModelPlan[],
  names: ReadonlySet<string>,
  excused: ReadonlySet<string>,
): string[] {
  const parts = plan.pipeline === undefined ? [] : partsOf(plan.pipeline);
  return parts.flatMap(({ name, version }) => {
    if (excused.has(name)) return [];
    if (!names.has(name)) {
      const others = [...names].filter((other) => other !== plan.name).join(', ');
      const expected = others === '' ? 'no other is here' : `expected one of: ${others}`;
      return [`pipeline: there is no model "${name}"; ${expected}.`];
    }
    const versions = plans.filter((other) => other.name === name).map((other) => other.version);
    if (version === undefined || versions.includes(version)) return [];
    return [
      `pipeline: version ${version} of model "${name}" is not served; expected one of: ${versions.join(', ')}.`,
    ];
  });
}

function circleFaults(plan: ModelPlan, plans: readonly ModelPlan[]): string[] {
  const seen = new Set<string>();
  const queue = partNames(plan);
  for (const name of queue) {
    if (name === plan.name) return [`pipeline: "${plan.name}" is a part of itself.`];
    if (seen.has(name)) continue;
    seen.add(name);
    for (const other of plans) if (other.name === name) queue.push(...partNames(other));
  }
  return [];
}

/** Which workers hold which models: pure, so that the master can ask before it moves anything. */

import type { ModelPlan } from '../model-plan.js';
import { inLoadOrder, partNames } from '../pipeline/pipeline-parts.js';

/**
 * Model name → the numbers of the slots that hold it (all its versions together), ascending.
 * Models that every slot holds are in it as well.
 */
export type Placement = ReadonlyMap<string, readonly number[]>;

/**
 * Places each model on as many slots as its `workers` says (default, and where there are fewer
 * slots: all), evenly. A pipeline and its parts go together: every slot that holds the pipeline
 * holds its parts, and it is held by no more slots than the rarest of them.
 *
 * Models that are bound to each other by pipelines form a group. A group has one order of slots,
 * and each of its models takes the first so many of it: so the rarest is where all others are.
 *
 * @param slots how many slots there are, numbered from 0
 * @param before the placement until now: who is in it stays where it is as far as it can.
 *   Without it all are placed afresh, which is more even after the number of slots has changed
 */
export function placeModels(
  plans: readonly ModelPlan[],
  slots: number,
  before: Placement = new Map(),
): Placement {
  const counts = slotCounts(plans, slots);
  const groups = groupsOf(plans).map((names) => ({
    names,
    count: Math.max(...names.map((name) => counts.get(name) ?? 0)),
    kept: names.flatMap((name) => before.get(name) ?? []).filter((slot) => slot < slots),
  }));
  const loads = new Array<number>(slots).fill(0);
  const placement = new Map<string, readonly number[]>();
  // Who stays is counted first: newcomers then go where there is room.
  const settled = groups.filter(({ kept }) => kept.length > 0);
  const newcomers = groups.filter(({ kept }) => kept.length === 0);
  for (const { names, count, kept } of [...settled, ...newcomers]) {
    const order = orderOf(kept, loads).slice(0, count);
    while (order.length < count) order.push(emptiest(loads, order));
    for (const name of names) {
      const own = order.slice(0, counts.get(name)).sort((one, other) => one - other);
      placement.set(name, own);
      for (const slot of own) loads[slot] = (loads[slot] ?? 0) + 1;
    }
  }
  return placement;
}

/** What a slot holds, parts before the pipelines that are made of them. */
export function plansOfSlot(
  plans: readonly ModelPlan[],
  slot: number,
  placement: Placement,
): ModelPlan[] {
  return inLoadOrder(plans.filter(({ name }) => placement.get(name)?.includes(slot) === true));
}

/** Model name → how many slots hold it. */
export function slotCounts(plans: readonly ModelPlan[], slots: number): Map<string, number> {
  const counts = new Map<string, number>();
  // In load order the parts of a pipeline, nested ones included, have been counted before it.
  for (const plan of inLoadOrder(plans)) {
    const parts = partNames(plan).map((name) => counts.get(name) ?? slots);
    const own = Math.min(plan.workers ?? slots, slots, ...parts);
    counts.set(plan.name, Math.min(own, counts.get(plan.name) ?? slots));
  }
  return counts;
}

/** Names that pipelines bind together, sorted; each model is in one group. */
function groupsOf(plans: readonly ModelPlan[]): string[][] {
  const groupOf = new Map(plans.map(({ name }) => [name, new Set([name])]));
  for (const plan of plans) {
    for (const part of partNames(plan)) {
      const [one, other] = [groupOf.get(plan.name), groupOf.get(part)];
      if (one === undefined || other === undefined || one === other) continue;
      for (const name of other) {
        one.add(name);
        groupOf.set(name, one);
      }
    }
  }
  const groups = [...new Set(groupOf.values())].map((names) => [...names].sort());
  return groups.sort(([one = ''], [other = '']) => (one < other ? -1 : 1));
}

/**
 * The slots that held something of a group, each once: first those that held most of it. The rarest
 * were on these, so each of them finds the slots it had at the front again.
 */
function orderOf(kept: readonly number[], loads: readonly number[]): number[] {
  const held = (slot: number): number => kept.filter((one) => one === slot).length;
  return [...new Set(kept)].sort(
    (one, other) => held(other) - held(one) || (loads[one] ?? 0) - (loads[other] ?? 0),
  );
}

function emptiest(loads: readonly number[], taken: readonly number[]): number {
  let best = -1;
  for (const [slot, load] of loads.entries()) {
    if (taken.includes(slot)) continue;
    if (best < 0 || load < (loads[best] ?? 0)) best = slot;
  }
  return best;
}

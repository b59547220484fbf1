import type { ModelPlan } from './model-plan.js';

/** How long a worker that loads these may take to be ready: as long as the one that may take longest. */
export function bootLimitMs(
  plans: readonly Pick<ModelPlan, 'bootTimeoutMs'>[],
  serversMs: number,
): number {
  return Math.max(serversMs, ...plans.map(({ bootTimeoutMs = 0 }) => bootTimeoutMs));
}

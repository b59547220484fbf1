// Generations of models that lie nowhere.
import { type Generation, makeGeneration } from '../../../src/master/workers/generation.js';
import type { ModelPlan } from '../../../src/model/model-plan.js';

export function planOf(name: string, version = '1', more: Partial<ModelPlan> = {}): ModelPlan {
  const file = `/models/${name}/${version}/model.mjs`;
  return { name, version, runtime: 'module', file, isLatest: true, labels: [], ...more };
}

/** Of a server with two slots. */
export function generationOf(
  number: number,
  models: readonly ModelPlan[],
  before?: Generation,
): Generation {
  const wanted = { models, defaultModel: models[0]?.name, fingerprints: new Map<string, string>() };
  return makeGeneration(wanted, number, 2, before);
}

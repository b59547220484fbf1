// Generations of models that lie nowhere.
import {
  type Generation,
  makeGeneration,
  type Renewal,
} from '../../../src/master/workers/generation.js';
import type { ModelPlan } from '../../../src/model/model-plan.js';
import { configuration } from '../config/inputs.js';

/** That of a server that has just been started. */
export const FIRST: Renewal = { number: 0, settings: configuration({ argv: ['models'] }).settings };

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
  return makeGeneration(wanted, number, 2, before?.renewal ?? FIRST, before);
}

/** What LightGBM's objectives make of raw scores. */
import type { Values } from '../block.js';
import { softmax } from '../softmax.js';

/** Turns raw scores, `width` a row, into predictions in their place. */
export type Transform = (scores: Values, width: number) => void;

/** Of the objective's own words, such as `sigmoid:1`. */
type Words = ReadonlyMap<string, string>;

const keep: Transform = () => {};

const OBJECTIVES: Readonly<Record<string, (words: Words) => Transform>> = {
  regression: squared,
  regression_l2: squared,
  regression_l1: squared,
  huber: squared,
  fair: squared,
  quantile: squared,
  mape: squared,
  poisson: () => each(Math.exp),
  gamma: () => each(Math.exp),
  tweedie: () => each(Math.exp),
  binary: sigmoid,
  multiclass: () => softmax,
  multiclassova: sigmoid,
  cross_entropy: () => each((score) => 1 / (1 + Math.exp(-score))),
  cross_entropy_lambda: () => each((score) => Math.log1p(Math.exp(score))),
  lambdarank: () => keep,
  rank_xendcg: () => keep,
  custom: () => keep,
};

/**
 * @param objective as the file has it, such as `binary sigmoid:1`
 * @throws Error naming it where nobody here knows it
 */
export function transformOf(objective: string): Transform {
  const [name = '', ...rest] = objective.split(' ').filter((word) => word !== '');
  const words = new Map(rest.map((word) => [word.split(':')[0] ?? '', word.split(':')[1] ?? '']));
  const make = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name] : undefined;
  if (make !== undefined) return make(words);
  const known = 'the objectives of LightGBM 2 to 4';
  throw new Error(`objective ${JSON.stringify(name)} is not known here; known are ${known}`);
}

/** With `reg_sqrt` it has learned roots. */
function squared(words: Words): Transform {
  return words.has('sqrt') ? each((score) => Math.sign(score) * score * score) : keep;
}

function sigmoid(words: Words): Transform {
  const factor = words.has('sigmoid') ? Number(words.get('sigmoid')) : 1;
  if (factor > 0) return each((score) => 1 / (1 + Math.exp(-factor * score)));
  throw new Error(`objective: expected a sigmoid above 0, got ${words.get('sigmoid')}`);
}

function each(change: (score: number) => number): Transform {
  return (scores) => {
    for (let i = 0; i < scores.length; i++) scores[i] = change(scores[i] as number);
  };
}

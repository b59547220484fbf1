/** What an objective makes of margins, and of the base score, which is stored as a prediction. */
import { allocate } from '../../tensor/dtype.js';
import { softmax } from '../softmax.js';

export type Objective = {
  /** The margin that means this prediction. */
  margin(prediction: number): number;
  /** Turns margins, `width` a row, into predictions in their place. */
  transform(margins: Float32Array, width: number): void;
  /** The prediction of a row is the number of its largest margin. */
  readonly isClass?: true;
};

const IDENTITY: Objective = { margin: (prediction) => prediction, transform: () => {} };
const LOGISTIC: Objective = { margin: logit, transform: each(sigmoid) };
const LOG: Objective = { margin: Math.log, transform: each(Math.exp) };

const OBJECTIVES: Readonly<Record<string, Objective>> = {
  'reg:squarederror': IDENTITY,
  'reg:linear': IDENTITY,
  'reg:squaredlogerror': IDENTITY,
  'reg:pseudohubererror': IDENTITY,
  'reg:absoluteerror': IDENTITY,
  'reg:quantileerror': IDENTITY,
  'reg:logistic': LOGISTIC,
  'reg:gamma': LOG,
  'reg:tweedie': LOG,
  'count:poisson': LOG,
  'binary:logistic': LOGISTIC,
  // Its base score is a margin already, unlike that of its name's siblings.
  'binary:logitraw': IDENTITY,
  'binary:hinge': { ...IDENTITY, transform: each((margin) => (margin > 0 ? 1 : 0)) },
  'multi:softprob': { ...IDENTITY, transform: softmax },
  'multi:softmax': { ...IDENTITY, isClass: true },
  'rank:pairwise': IDENTITY,
  'rank:ndcg': IDENTITY,
  'rank:map': IDENTITY,
  'survival:cox': LOG,
  'survival:aft': LOG,
};

/** @throws Error naming it where it is none of XGBoost 1.0 to 3.0 */
export function objectiveOf(name: string): Objective {
  const objective = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name] : undefined;
  if (objective !== undefined) return objective;
  const known = 'the objectives of XGBoost 1.0 to 3.0';
  throw new Error(`objective ${JSON.stringify(name)} is not known here; known are ${known}`);
}

/** The number of the largest margin of each row; of the first, where several are the largest. */
export function largest(margins: Float32Array, width: number): Float32Array {
  const classes = allocate('float32', margins.length / width) as Float32Array;
  for (let row = 0; row < classes.length; row++) {
    const first = row * width;
    let best = 0;
    for (let i = 1; i < width; i++) {
      if ((margins[first + i] as number) > (margins[first + best] as number)) best = i;
    }
    classes[row] = best;
  }
  return classes;
}

function each(change: (margin: number) => number): Objective['transform'] {
  return (margins) => {
    for (let i = 0; i < margins.length; i++) margins[i] = change(margins[i] as number);
  };
}

function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

/** XGBoost's own distance to certainty keeps the margin finite. */
const LEAST_PROBABILITY = 1e-6;

function logit(probability: number): number {
  const isCertain = probability <= 0 || probability >= 1;
  const inside = Math.min(Math.max(probability, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY);
  const used = isCertain ? inside : probability;
  return -Math.log(1 / used - 1);
}

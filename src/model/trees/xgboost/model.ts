import type { Values } from '../block.js';
import type { Ensemble } from '../ensemble.js';
import { Fields } from '../fields.js';
import { type Rounds, XgboostAttributes } from './attributes.js';
import { type Booster, readBooster } from './booster.js';
import { largest, type Objective, objectiveOf } from './objective.js';

/** More is a damaged file. */
const MOST_FEATURES = 2 ** 24;
const MOST_MARGINS = 2 ** 16;

/**
 * What `save_model` wrote, as a model.
 *
 * @param rounds undefined: as that library does which saved the file: a Booster predicts with all
 *   rounds, a scikit-learn estimator with those up to the best
 * @throws Error naming what is missing or wrong in the file
 */
export function xgboostEnsemble(document: unknown, rounds: Rounds | undefined): Ensemble {
  const learner = new Fields(document).fields('learner');
  const param = learner.fields('learner_model_param');
  const features = bounded(param, 'num_feature', 1, MOST_FEATURES);
  const margins = marginsOf(param);
  const attributes = new XgboostAttributes(learner);
  const objective = objectiveOf(learner.fields('objective').text('name'));
  const base = baseMargins(param, margins, objective);
  const booster: Booster = readBooster(learner.fields('gradient_booster'), {
    features,
    margins,
    rounds: attributes.rounds(rounds),
  });
  return {
    dtype: 'float32',
    features,
    featureNames: featureNames(learner, features),
    missing: attributes.missing(),
    margins,
    predictions: objective.isClass === true ? 1 : margins,
    trees: booster.trees,
    score(values, rows, sums) {
      for (let i = 0; i < sums.length; i++) sums[i] = base[i % margins] as number;
      booster.addTo(sums, values, rows);
    },
    predict: (sums) => predictions(objective, sums as Float32Array, margins),
    leaves: (values, rows) => booster.leaves(values, rows),
  };
}

function predictions(objective: Objective, margins: Float32Array, width: number): Values {
  if (objective.isClass === true) return largest(margins, width);
  objective.transform(margins, width);
  return margins;
}

/** One for each class or target; a model has not both. */
function marginsOf(param: Fields): number {
  const classes = param.has('num_class') ? bounded(param, 'num_class', 0, MOST_MARGINS) : 0;
  const targets = param.has('num_target') ? bounded(param, 'num_target', 0, MOST_MARGINS) : 0;
  return Math.max(1, classes, targets);
}

function bounded(param: Fields, key: string, least: number, most: number): number {
  const count = param.count(key, least);
  if (count <= most) return count;
  throw param.fault(key, `expected a whole number from ${least} to ${most}, got ${count}`);
}

/** `5E-1`, or since XGBoost 3.1 `[5E-1]` with one for each margin or one for all. */
function baseMargins(param: Fields, margins: number, objective: Objective): Float32Array {
  const text = param.text('base_score');
  const scores = text
    .replace(/^\[(.*)\]$/, '$1')
    .split(',')
    .map(Number);
  const isNumber = text.trim() !== '' && scores.every(Number.isFinite);
  if (!isNumber || (scores.length !== 1 && scores.length !== margins)) {
    const expected = margins === 1 ? 'a number' : `a number, or a list of ${margins}`;
    throw param.fault('base_score', `expected ${expected}, got ${JSON.stringify(text)}`);
  }
  const base = Float32Array.from(scores, (score) => objective.margin(Math.fround(score)));
  return base.length === margins ? base : new Float32Array(margins).fill(base[0] ?? 0);
}

function featureNames(learner: Fields, features: number): readonly string[] {
  if (!learner.has('feature_names')) return [];
  const names = learner.list('feature_names').filter((name) => typeof name === 'string');
  return names.length === features ? names : [];
}

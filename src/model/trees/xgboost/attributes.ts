import type { Fields } from '../fields.js';
import { parseLenientJson } from './lenient-json.js';

/** `best`: up to the round that early stopping has found best. */
export type Rounds = 'all' | 'best';

type JsonObject = Readonly<Record<string, unknown>>;

/** Its trace is in every file that a scikit-learn estimator of XGBoost has saved. */
const ESTIMATOR = 'scikit_learn';
const BEST_ROUND = 'best_iteration';

/** What those who trained the model left in it. */
export class XgboostAttributes {
  readonly #attributes: Fields | undefined;

  constructor(learner: Fields) {
    this.#attributes = learner.has('attributes') ? learner.fields('attributes') : undefined;
  }

  /**
   * How many rounds count; undefined: all.
   *
   * @throws Error where the best are asked for, and the file does not say which they are
   */
  rounds(wanted: Rounds | undefined): number | undefined {
    const attributes = this.#attributes;
    const isBest = (wanted ?? (attributes?.has(ESTIMATOR) === true ? 'best' : 'all')) === 'best';
    if (!isBest) return undefined;
    if (attributes?.has(BEST_ROUND) === true) return attributes.count(BEST_ROUND, 0) + 1;
    if (wanted === undefined) return undefined;
    throw new Error('options.rounds: "best" needs a model that was trained with early stopping');
  }

  /** The number that an estimator was told to take for missing; undefined where it is NaN. */
  missing(): number | undefined {
    if (this.#attributes?.has(ESTIMATOR) !== true) return undefined;
    try {
      const { missing } = parseLenientJson(this.#attributes.text(ESTIMATOR)) as JsonObject;
      return typeof missing === 'number' ? missing : undefined;
    } catch {
      return undefined; // each version of XGBoost leaves another trace
    }
  }
}

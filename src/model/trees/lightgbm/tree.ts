import type { Missing } from '../threshold-ranks.js';
import { treeFault } from '../tree-fault.js';
import type { LinearTerm, TreeNode } from '../tree-node.js';
import type { Section } from './text.js';

/** Bits of a split's `decision_type`. */
const IS_CATEGORICAL = 1;
const IS_DEFAULT_LEFT = 2;
/** What of it says how missing values are told. */
const MISSING_SHIFT = 2;
const MISSING_MASK = 3;
const MISSING_ZERO = 1;
const MISSING_NAN = 2;

const MOST_LEAVES = 2 ** 30;

/**
 * One tree of a LightGBM model: splits from 0 on; leaf n is called by its complement, −1 − n.
 */
export class LightgbmTree {
  /** What the tree begins with. */
  readonly root: number;
  readonly #index: number;
  readonly #features: number;
  readonly #splitFeatures: Float64Array;
  readonly #thresholds: Float64Array;
  readonly #decisions: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  readonly #leafValues: Float64Array;
  readonly #setStarts: Float64Array;
  readonly #setWords: Float64Array;
  readonly #terms: readonly LinearTerm[];

  /** @param features of the model */
  constructor(section: Section, index: number, features: number) {
    this.#index = index;
    this.#features = features;
    const leaves = section.count('num_leaves', 1, MOST_LEAVES);
    const splits = leaves - 1;
    const numbers = (key: string): Float64Array =>
      splits === 0 ? new Float64Array(0) : section.numbers(key, splits);
    this.root = splits === 0 ? -1 : 0;
    this.#leafValues = section.numbers('leaf_value', leaves);
    this.#splitFeatures = numbers('split_feature');
    this.#thresholds = numbers('threshold');
    this.#decisions = numbers('decision_type');
    this.#left = numbers('left_child');
    this.#right = numbers('right_child');
    const sets = section.has('num_cat') ? section.count('num_cat', 0, MOST_LEAVES) : 0;
    this.#setStarts =
      sets === 0 ? new Float64Array(0) : section.numbers('cat_boundaries', sets + 1);
    this.#setWords = sets === 0 ? new Float64Array(0) : section.numbers('cat_threshold');
    const isLinear = section.has('is_linear') && section.count('is_linear', 0, 1) === 1;
    this.#terms = isLinear ? linearTerms(section, leaves, features) : [];
  }

  /** @throws Error where the tree has no such node, or one that cannot be evaluated */
  node(node: number): TreeNode {
    return node < 0 ? this.#leaf(-1 - node) : this.#split(node);
  }

  #leaf(leaf: number): TreeNode {
    const value = this.#leafValues[leaf];
    if (value === undefined) {
      const most = this.#leafValues.length - 1;
      throw new Error(`tree ${this.#index}: expected a leaf from 0 to ${most}, got ${leaf}`);
    }
    const linear = this.#terms[leaf];
    const plain = { kind: 'leaf', id: leaf, values: [value] } as const;
    return linear === undefined ? plain : { ...plain, linear };
  }

  #split(node: number): TreeNode {
    const feature = this.#splitFeatures[node];
    if (feature === undefined) {
      const most = this.#splitFeatures.length - 1;
      throw treeFault(this.#index, node, `expected a split from 0 to ${most}`);
    }
    if (!(Number.isInteger(feature) && feature >= 0 && feature < this.#features)) {
      const most = this.#features - 1;
      throw treeFault(this.#index, node, `expected a feature from 0 to ${most}, got ${feature}`);
    }
    const left = this.#left[node] as number;
    const right = this.#right[node] as number;
    const decision = this.#decisions[node] as number;
    if ((decision & IS_CATEGORICAL) !== 0) {
      const words = this.#words(node);
      return { kind: 'categories', feature, left, right, words, setGoes: 'left', missing: 'right' };
    }
    const threshold = this.#thresholds[node] as number;
    if (Number.isNaN(threshold)) {
      throw treeFault(this.#index, node, 'expected a number to split at, got NaN');
    }
    const missing = missingOf(decision);
    return { kind: 'split', feature, left, right, threshold, missing };
  }

  #words(node: number): Uint32Array {
    const set = this.#thresholds[node] as number;
    const start = this.#setStarts[set];
    const end = this.#setStarts[set + 1];
    const isThere =
      start !== undefined && end !== undefined && start >= 0 && end <= this.#setWords.length;
    if (isThere) return Uint32Array.from(this.#setWords.subarray(start, end));
    throw treeFault(this.#index, node, `its set of categories, ${set}, is not there`);
  }
}

/** NaN is zero where a tree does not know it for missing. */
function missingOf(decision: number): Missing {
  const isLeft = (decision & IS_DEFAULT_LEFT) !== 0;
  switch ((decision >> MISSING_SHIFT) & MISSING_MASK) {
    case MISSING_ZERO:
      return isLeft ? 'zero-left' : 'zero-right';
    case MISSING_NAN:
      return isLeft ? 'left' : 'right';
    default:
      return 'as-zero';
  }
}

/** Of each leaf: how many features it has, and those of all leaves one after another. */
function linearTerms(section: Section, leaves: number, features: number): LinearTerm[] {
  const constants = section.numbers('leaf_const', leaves);
  const counts = section.numbers('num_features', leaves);
  const all = section.numbers('leaf_features');
  const coefficients = section.numbers('leaf_coeff', all.length);
  let from = 0;
  return Array.from(constants, (constant, leaf) => {
    const end = from + (counts[leaf] as number);
    const own = Array.from(all.subarray(from, end));
    const isThere = own.length === counts[leaf];
    if (!isThere || !own.every((f) => Number.isInteger(f) && f >= 0 && f < features)) {
      throw section.fault(`leaf_features: those of leaf ${leaf} are not there`);
    }
    const term = {
      constant,
      features: own,
      coefficients: Array.from(coefficients.subarray(from, end)),
    };
    from = end;
    return term;
  });
}

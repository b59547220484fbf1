import { Fields } from '../fields.js';
import { treeFault } from '../tree-fault.js';
import type { TreeNode } from '../tree-node.js';
import { XgboostCategories } from './categories.js';

type Numbers = ArrayLike<number>;

const IS_CATEGORICAL = 1;

/** One tree of an XGBoost model: arrays with an item for each node. */
export class XgboostTree {
  readonly valuesPerLeaf: number;
  readonly #index: number;
  readonly #features: number;
  readonly #weight: number;
  readonly #left: Numbers;
  readonly #right: Numbers;
  readonly #splitFeatures: Numbers;
  /** Thresholds, and the values of leaves. */
  readonly #conditions: Numbers;
  readonly #defaultLeft: Numbers;
  /** Empty before XGBoost 1.3. */
  readonly #splitTypes: Numbers;
  readonly #categories: XgboostCategories;
  /** Of leaves with several values. */
  readonly #vectors: Numbers;
  /** Vectors of leaves alone, and a leaf's right child is the number of its own. */
  readonly #areVectorsApart: boolean;

  /**
   * @param features of the model
   * @param weight what the leaves are multiplied by
   */
  constructor(tree: unknown, index: number, features: number, weight: number) {
    const fields = new Fields(tree, `tree ${index}`);
    this.#index = index;
    this.#features = features;
    this.#weight = weight;
    this.#left = fields.numbers('left_children');
    const size = this.#left.length;
    this.#right = fields.numbers('right_children', size);
    this.#splitFeatures = fields.numbers('split_indices', size);
    this.#conditions = fields.numbers('split_conditions', size);
    this.#defaultLeft = fields.numbers('default_left', size);
    this.#splitTypes = fields.has('split_type') ? fields.numbers('split_type', size) : [];
    this.#categories = new XgboostCategories(fields, index);
    this.valuesPerLeaf = Math.max(1, fields.fields('tree_param').count('size_leaf_vector', 0));
    this.#areVectorsApart = fields.has('leaf_weights');
    const vectors = this.#areVectorsApart ? 'leaf_weights' : 'base_weights';
    this.#vectors = this.valuesPerLeaf > 1 ? fields.numbers(vectors) : [];
  }

  /** @throws Error where the tree has no such node, or one that cannot be evaluated */
  node(node: number): TreeNode {
    const size = this.#left.length;
    if (!isIndex(node, size)) throw this.#fault(node, `expected a node from 0 to ${size - 1}`);
    if (this.#left[node] === -1) return { kind: 'leaf', id: node, values: this.#values(node) };
    const feature = this.#splitFeatures[node] as number;
    if (!isIndex(feature, this.#features)) {
      const most = this.#features - 1;
      throw this.#fault(node, `expected a feature from 0 to ${most}, got ${feature}`);
    }
    const missing = this.#defaultLeft[node] ? 'left' : 'right';
    const left = this.#left[node] as number;
    const right = this.#right[node] as number;
    if (this.#splitTypes[node] === IS_CATEGORICAL) {
      const words = this.#categories.words(node);
      return { kind: 'categories', feature, left, right, words, setGoes: 'right', missing };
    }
    const threshold = Math.fround(this.#conditions[node] as number);
    if (Number.isNaN(threshold)) throw this.#fault(node, 'expected a number to split at, got NaN');
    return { kind: 'split', feature, left, right, threshold, missing };
  }

  #values(node: number): Numbers {
    const length = this.valuesPerLeaf;
    if (length === 1) return [Math.fround(this.#conditions[node] as number) * this.#weight];
    const row = this.#areVectorsApart ? (this.#right[node] as number) : node;
    const values = Array.from({ length }, (_, i) => this.#vectors[row * length + i]);
    if (!values.every((value) => value !== undefined)) {
      throw this.#fault(node, `its ${length} values are missing`);
    }
    return values.map((value) => value * this.#weight);
  }

  #fault(node: number, problem: string): Error {
    return treeFault(this.#index, node, problem);
  }
}

function isIndex(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length;
}

import { MOST_CATEGORIES } from '../category-sets.js';
import type { Fields } from '../fields.js';
import { treeFault } from '../tree-fault.js';

type Numbers = ArrayLike<number>;

/** The sets of categories of one tree: a part of one list for each node that has one. */
export class XgboostCategories {
  readonly #tree: number;
  readonly #categories: Numbers = [];
  readonly #starts: Numbers = [];
  readonly #sizes: Numbers = [];
  /** Index of each node in the lists. */
  readonly #indexes: ReadonlyMap<number, number>;

  /** @param fields of the tree; before XGBoost 1.3 they had no categories */
  constructor(fields: Fields, tree: number) {
    this.#tree = tree;
    const nodes = fields.has('categories_nodes') ? fields.numbers('categories_nodes') : [];
    this.#indexes = new Map(Array.from(nodes, (node, index) => [node, index]));
    if (nodes.length === 0) return;
    this.#categories = fields.numbers('categories');
    this.#starts = fields.numbers('categories_segments', nodes.length);
    this.#sizes = fields.numbers('categories_sizes', nodes.length);
  }

  /** Bit c is set where category c is in the node's set. */
  words(node: number): Uint32Array {
    const index = this.#indexes.get(node);
    if (index === undefined) throw treeFault(this.#tree, node, 'its categories are missing');
    const start = this.#starts[index] as number;
    const size = this.#sizes[index] as number;
    const end = start + size;
    if (!(start >= 0 && size >= 0 && end <= this.#categories.length)) {
      const got = `${size} from ${start} on of ${this.#categories.length}`;
      throw treeFault(this.#tree, node, `its categories are not there: ${got}`);
    }
    let most = -1;
    for (let i = start; i < end; i++) most = Math.max(most, this.#checked(node, i));
    const words = new Uint32Array((most >>> 5) + 1);
    for (let i = start; i < end; i++) {
      const category = this.#categories[i] as number;
      words[category >>> 5] = (words[category >>> 5] as number) | (1 << (category & 31));
    }
    return words;
  }

  #checked(node: number, i: number): number {
    const category = this.#categories[i] as number;
    if (Number.isInteger(category) && category >= 0 && category < MOST_CATEGORIES) return category;
    const expected = `expected categories from 0 to ${MOST_CATEGORIES - 1}`;
    throw treeFault(this.#tree, node, `${expected}, got ${category}`);
  }
}

import { CategorySets } from './category-sets.js';
import { LEAF_KEY, NO_LEAF, NODE_SIZE } from './descent.js';
import { Forest } from './forest.js';
import { type LeafValues, LinearValues, SingleValues, VectorValues } from './leaf-values.js';
import { SplitCollection } from './split-collection.js';
import { treeFault } from './tree-fault.js';
import type { CategorySplit, Leaf, LinearTerm, Split, TreeNode } from './tree-node.js';

export type ForestForm = {
  readonly precision: 'float32' | 'float64';
  readonly valuesPerLeaf: number;
  /** A value equal to a threshold goes left. */
  readonly isInclusive: boolean;
  /** See `CategorySets`. */
  readonly leastCategory: number;
};

/** Of all sets together: 256 MB. A file of a few bytes could ask for any number of them. */
const MOST_CATEGORY_WORDS = 2 ** 26;

/** Takes the trees one by one, checks that they are trees, and lays them out. */
export class ForestBuilder {
  readonly #form: ForestForm;
  readonly #roots: number[] = [];
  readonly #groups: number[] = [];
  /** Of each node: number of its split, or complement of that of its set; 0 of a leaf. */
  readonly #questions: number[] = [];
  /** Of each node: its right child, right before the left one; of a leaf, itself. */
  readonly #children: number[] = [];
  readonly #leaves: number[] = [];
  readonly #splits: SplitCollection = new SplitCollection();
  readonly #categorySplits: CategorySplit[] = [];
  #categoryWords = 0;
  readonly #leafValues: number[] = [];
  readonly #leafIds: number[] = [];
  readonly #terms: (LinearTerm | undefined)[] = [];

  constructor(form: ForestForm) {
    this.#form = form;
  }

  /**
   * @param group which number of a row's margins it adds to
   * @param read gives a node by the number that `root` and other nodes call it
   * @throws Error where a node is reached twice; what `read` throws
   */
  addTree(group: number, root: number, read: (node: number) => TreeNode): void {
    const tree = this.#roots.length;
    const nodes = [root];
    const places = [this.#reserve(1)];
    const seen = new Set(nodes);
    this.#roots.push(places[0] ?? 0);
    this.#groups.push(group);
    // Level by level: the first levels, which every row goes through, lie close together.
    for (let i = 0; i < nodes.length; i++) {
      const place = places[i] ?? 0;
      const node = read(nodes[i] ?? 0);
      if (node.kind === 'leaf') {
        this.#putLeaf(place, node);
        continue;
      }
      this.#questions[place] = this.#question(node);
      const child = this.#reserve(2);
      this.#children[place] = child;
      for (const next of [node.right, node.left]) {
        if (seen.has(next)) throw treeFault(tree, next, 'is a child twice');
        seen.add(next);
        nodes.push(next);
      }
      places.push(child, child + 1);
    }
  }

  build(): Forest {
    const { isInclusive, leastCategory } = this.#form;
    const { ranks, comparisons } = this.#splits.rank(isInclusive);
    const nodes = new Int32Array(this.#leaves.length * NODE_SIZE);
    this.#leaves.forEach((leaf, place) => {
      const question = this.#questions[place] ?? 0;
      const isSplit = leaf === NO_LEAF && question >= 0;
      const slot = isSplit ? (comparisons.slots[question] ?? 0) : question;
      const key = isSplit ? (comparisons.keys[question] ?? 0) : LEAF_KEY;
      const child = (this.#children[place] ?? 0) * NODE_SIZE;
      nodes.set([slot, key, child, leaf], place * NODE_SIZE);
    });
    const hasCategories = this.#categorySplits.length > 0;
    return new Forest({
      nodes,
      ranks,
      roots: Int32Array.from(this.#roots, (place) => place * NODE_SIZE),
      groups: Int32Array.from(this.#groups),
      leafValues: this.#gatheredValues(),
      leafIds: Int32Array.from(this.#leafIds),
      categories: hasCategories ? new CategorySets(this.#categorySplits, leastCategory) : undefined,
    });
  }

  #gatheredValues(): LeafValues {
    const { precision, valuesPerLeaf } = this.#form;
    const values =
      precision === 'float32'
        ? Float32Array.from(this.#leafValues)
        : Float64Array.from(this.#leafValues);
    if (this.#terms.some((term) => term !== undefined))
      return new LinearValues(values, this.#terms);
    return valuesPerLeaf === 1 ? new SingleValues(values) : new VectorValues(values, valuesPerLeaf);
  }

  /** The first of `count` places for nodes. */
  #reserve(count: number): number {
    const first = this.#leaves.length;
    for (let place = first; place < first + count; place++) {
      this.#questions.push(0);
      this.#children.push(place);
      this.#leaves.push(NO_LEAF);
    }
    return first;
  }

  #putLeaf(place: number, { id, values, linear }: Leaf): void {
    this.#leaves[place] = this.#leafIds.push(id) - 1;
    this.#terms.push(linear);
    for (let i = 0; i < this.#form.valuesPerLeaf; i++) this.#leafValues.push(values[i] ?? 0);
  }

  #question(node: Split | CategorySplit): number {
    if (node.kind === 'split') {
      return this.#splits.add(node.feature, node.threshold, node.missing);
    }
    this.#categoryWords += node.words.length;
    if (this.#categoryWords > MOST_CATEGORY_WORDS) {
      const bits = 32 * MOST_CATEGORY_WORDS;
      throw new Error(`the sets of categories are too large: expected at most ${bits} bits in all`);
    }
    return ~(this.#categorySplits.push(node) - 1);
  }
}

/** What a leaf adds to a row's margins: a number, several, or a linear function of the row. */
import type { Block, Values } from './block.js';
import type { LinearTerm } from './tree-node.js';

/** Leaves that consecutive trees have led the rows of a block to. */
export type Reached = {
  /** Their numbers: of the first tree for each row, of the second for each row, … */
  readonly leaves: Int32Array;
  readonly firstTree: number;
  readonly trees: number;
};

/** What is summed up. */
export type Margins = {
  /** `width` numbers for each of all rows. */
  readonly sums: Values;
  readonly width: number;
  /** Which number of a row each tree adds to; the first, where leaves have several values. */
  readonly groups: Int32Array;
};

export type LeafValues = {
  add(reached: Reached, block: Block, margins: Margins): void;
};

export class SingleValues implements LeafValues {
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  add({ leaves, firstTree, trees }: Reached, block: Block, margins: Margins): void {
    const values = this.#values;
    const { sums, width, groups } = margins;
    const { firstRow, rows } = block;
    let from = 0;
    for (let tree = firstTree; tree < firstTree + trees; tree++) {
      let to = firstRow * width + (groups[tree] as number);
      for (let row = 0; row < rows; row++) {
        (sums[to] as number) += values[leaves[from++] as number] as number;
        to += width;
      }
    }
  }
}

/** XGBoost's trees of several outputs. */
export class VectorValues implements LeafValues {
  readonly #values: Values;
  readonly #length: number;

  /** @param values `length` numbers a leaf */
  constructor(values: Values, length: number) {
    this.#values = values;
    this.#length = length;
  }

  add({ leaves, firstTree, trees }: Reached, block: Block, margins: Margins): void {
    const { sums, width, groups } = margins;
    const { firstRow, rows } = block;
    let from = 0;
    for (let tree = firstTree; tree < firstTree + trees; tree++) {
      for (let row = firstRow; row < firstRow + rows; row++) {
        const to = row * width + (groups[tree] as number);
        const leaf = (leaves[from++] as number) * this.#length;
        for (let i = 0; i < this.#length; i++) {
          (sums[to + i] as number) += this.#values[leaf + i] as number;
        }
      }
    }
  }
}

/** LightGBM's linear trees. */
export class LinearValues implements LeafValues {
  readonly #values: Values;
  readonly #terms: readonly (LinearTerm | undefined)[];

  /** @param values of each leaf where it has no term, or where a feature of that is missing */
  constructor(values: Values, terms: readonly (LinearTerm | undefined)[]) {
    this.#values = values;
    this.#terms = terms;
  }

  add({ leaves, firstTree, trees }: Reached, block: Block, margins: Margins): void {
    const { sums, width, groups } = margins;
    const { values, features, firstRow, rows } = block;
    let from = 0;
    for (let tree = firstTree; tree < firstTree + trees; tree++) {
      for (let row = firstRow; row < firstRow + rows; row++) {
        const leaf = leaves[from++] as number;
        const value = this.#value(leaf, values, row * features);
        (sums[row * width + (groups[tree] as number)] as number) += value;
      }
    }
  }

  #value(leaf: number, values: Values, row: number): number {
    const term = this.#terms[leaf];
    const fixed = this.#values[leaf] as number;
    if (term === undefined) return fixed;
    let sum = term.constant;
    for (let i = 0; i < term.features.length; i++) {
      const value = values[row + (term.features[i] as number)] as number;
      if (Number.isNaN(value)) return fixed;
      sum += (term.coefficients[i] as number) * value;
    }
    return sum;
  }
}

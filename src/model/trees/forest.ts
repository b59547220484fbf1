import type { Block, Values } from './block.js';
import type { CategorySets } from './category-sets.js';
import { descend, descendRows, descendTrees, LANES, type Ranked } from './descent.js';
import type { LeafValues, Reached } from './leaf-values.js';
import type { ThresholdRanks } from './threshold-ranks.js';

export type ForestParts = {
  /** As `NODE_SIZE` describes them. */
  readonly nodes: Int32Array;
  /** Offset of each tree's root. */
  readonly roots: Int32Array;
  /** Which number of a row's margins each tree adds to; the first, where leaves have several values. */
  readonly groups: Int32Array;
  readonly leafValues: LeafValues;
  /** What its own library calls each leaf. */
  readonly leafIds: Int32Array;
  readonly ranks: ThresholdRanks;
  readonly categories: CategorySets | undefined;
};

/** Rows that go through one tree after another, so that the tree stays in the processor's cache. */
const MOST_BLOCK_ROWS = 64;
/** For the ranks of a block to stay there, too. */
const MOST_BLOCK_RANKS = 16 * 1024;

type Take = (reached: Reached, block: Block) => void;

/** The trees of a model, laid out to be evaluated. */
export class Forest {
  readonly treeCount: number;
  readonly #parts: ForestParts;
  /** The last one fills them up to a multiple of `LANES`. */
  readonly #roots: Int32Array;
  readonly #blockRows: number;
  /** Reused by every run: a run is one synchronous call. */
  readonly #ranked: Ranked;
  readonly #reached: Int32Array;

  constructor(parts: ForestParts) {
    const { roots, ranks } = parts;
    this.#parts = parts;
    this.treeCount = roots.length;
    this.#roots = new Int32Array(Math.ceil(roots.length / LANES) * LANES).fill(roots.at(-1) ?? 0);
    this.#roots.set(roots);
    const fitting = Math.floor(MOST_BLOCK_RANKS / Math.max(1, ranks.width) / LANES) * LANES;
    this.#blockRows = Math.min(MOST_BLOCK_ROWS, Math.max(LANES, fitting));
    this.#ranked = { ranks: new Int32Array(this.#blockRows * ranks.width), width: ranks.width };
    this.#reached = new Int32Array(Math.max(this.#blockRows, this.#roots.length));
  }

  /** Adds what the trees say, in their order, to `sums`, which has `width` numbers a row. */
  addTo(sums: Values, width: number, values: Values, rows: number): void {
    const { groups, leafValues } = this.#parts;
    const margins = { sums, width, groups };
    this.#descendAll(values, rows, (reached, block) => leafValues.add(reached, block, margins));
  }

  /** The leaf in each tree, as its own library calls it: `treeCount` numbers a row. */
  leaves(values: Values, rows: number): Int32Array {
    const { leafIds } = this.#parts;
    const ids = new Int32Array(rows * this.treeCount);
    this.#descendAll(values, rows, ({ leaves, firstTree, trees }, block) => {
      let from = 0;
      for (let tree = firstTree; tree < firstTree + trees; tree++) {
        for (let row = block.firstRow; row < block.firstRow + block.rows; row++) {
          ids[row * this.treeCount + tree] = leafIds[leaves[from++] as number] as number;
        }
      }
    });
    return ids;
  }

  #descendAll(values: Values, rows: number, take: Take): void {
    const features = values.length / rows;
    const leaves = this.#reached;
    // A few rows do not fill the lanes: then several trees do.
    const isByTrees = rows < LANES;
    const blockRows = isByTrees ? 1 : this.#blockRows;
    for (let firstRow = 0; firstRow < rows; firstRow += blockRows) {
      const block = { values, features, firstRow, rows: Math.min(blockRows, rows - firstRow) };
      this.#parts.ranks.write(block, this.#ranked.ranks);
      if (isByTrees) {
        this.#reachByTrees(block);
        take({ leaves, firstTree: 0, trees: this.treeCount }, block);
      } else {
        for (let tree = 0; tree < this.treeCount; tree++) {
          this.#reachByRows(tree, block);
          take({ leaves, firstTree: tree, trees: 1 }, block);
        }
      }
    }
  }

  #reachByTrees({ values, features, firstRow }: Block): void {
    const { nodes, categories } = this.#parts;
    if (categories === undefined) {
      descendTrees(nodes, this.#roots, this.#ranked, this.#reached);
      return;
    }
    const { ranks } = this.#ranked;
    const at = firstRow * features;
    for (let tree = 0; tree < this.treeCount; tree++) {
      const root = this.#roots[tree] as number;
      this.#reached[tree] = descend(nodes, root, ranks, 0, categories, values, at);
    }
  }

  #reachByRows(tree: number, { values, features, firstRow, rows }: Block): void {
    const { nodes, categories } = this.#parts;
    const root = this.#roots[tree] as number;
    if (categories === undefined) {
      descendRows(nodes, root, this.#ranked, rows, this.#reached);
      return;
    }
    const { ranks, width } = this.#ranked;
    for (let row = 0; row < rows; row++) {
      const at = (firstRow + row) * features;
      this.#reached[row] = descend(nodes, root, ranks, row * width, categories, values, at);
    }
  }
}

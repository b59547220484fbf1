/**
 * The way from a root to a leaf. A descent has no branch but its end: a processor guesses the way
 * of a split wrong half the time, and a wrong guess costs more than the split. Four descents run
 * side by side, so that while one waits for memory, the others go on.
 */

import type { Values } from './block.js';
import type { CategorySets } from './category-sets.js';

/**
 * Four numbers a node: slot, key, child, leaf.
 *
 * A split leads to its left child where the rank in `slot` is below `key`. `child` is the offset
 * of the right one, the left one lies right behind that; `leaf` is negative. A split of
 * categories has the complement of its set's number for `slot`.
 *
 * A leaf has its number for `leaf`, and leads to itself: descents of different lengths can run
 * side by side.
 */
export const NODE_SIZE = 4;
export const NO_LEAF = -1;
/** No rank is below it. */
export const LEAF_KEY: number = -0x4000_0000;
/** Arrays that descents fill have a multiple of that. */
export const LANES = 4;

/** Roots are offsets in `nodes`; ranks of a row begin at each multiple of `width`. */
export type Ranked = { readonly ranks: Int32Array; readonly width: number };

function next(nodes: Int32Array, at: number, ranks: Int32Array, row: number): number {
  const rank = ranks[row + (nodes[at] as number)] as number;
  // The sign of the difference, as the size of a node: left is where it is negative.
  const left = ((rank - (nodes[at + 1] as number)) >> 29) & NODE_SIZE;
  return (nodes[at + 2] as number) + left;
}

/** One tree for rows 0 to `rows` − 1: `reached[row]` is the number of the leaf. */
export function descendRows(
  nodes: Int32Array,
  root: number,
  { ranks, width }: Ranked,
  rows: number,
  reached: Int32Array,
): void {
  for (let row = 0; row < rows; row += LANES) {
    const row0 = row * width;
    const row1 = row0 + width;
    const row2 = row1 + width;
    const row3 = row2 + width;
    let at0 = root;
    let at1 = root;
    let at2 = root;
    let at3 = root;
    while (isOnTheWay(nodes, at0, at1, at2, at3)) {
      at0 = next(nodes, at0, ranks, row0);
      at1 = next(nodes, at1, ranks, row1);
      at2 = next(nodes, at2, ranks, row2);
      at3 = next(nodes, at3, ranks, row3);
    }
    reached[row] = nodes[at0 + 3] as number;
    reached[row + 1] = nodes[at1 + 3] as number;
    reached[row + 2] = nodes[at2 + 3] as number;
    reached[row + 3] = nodes[at3 + 3] as number;
  }
}

/** Row 0 down all trees: `reached[tree]` is the number of the leaf. */
export function descendTrees(
  nodes: Int32Array,
  roots: Int32Array,
  { ranks }: Ranked,
  reached: Int32Array,
): void {
  for (let tree = 0; tree < roots.length; tree += LANES) {
    let at0 = roots[tree] as number;
    let at1 = roots[tree + 1] as number;
    let at2 = roots[tree + 2] as number;
    let at3 = roots[tree + 3] as number;
    while (isOnTheWay(nodes, at0, at1, at2, at3)) {
      at0 = next(nodes, at0, ranks, 0);
      at1 = next(nodes, at1, ranks, 0);
      at2 = next(nodes, at2, ranks, 0);
      at3 = next(nodes, at3, ranks, 0);
    }
    reached[tree] = nodes[at0 + 3] as number;
    reached[tree + 1] = nodes[at1 + 3] as number;
    reached[tree + 2] = nodes[at2 + 3] as number;
    reached[tree + 3] = nodes[at3 + 3] as number;
  }
}

function isOnTheWay(nodes: Int32Array, at0: number, at1: number, at2: number, at3: number) {
  const leaf01 = (nodes[at0 + 3] as number) | (nodes[at1 + 3] as number);
  const leaf23 = (nodes[at2 + 3] as number) | (nodes[at3 + 3] as number);
  return (leaf01 | leaf23) < 0;
}

/** One row down one tree that may have categories: the number of the leaf. */
export function descend(
  nodes: Int32Array,
  root: number,
  ranks: Int32Array,
  rankedRow: number,
  categories: CategorySets,
  values: Values,
  row: number,
): number {
  let at = root;
  while ((nodes[at + 3] as number) < 0) {
    const slot = nodes[at] as number;
    if (slot >= 0) at = next(nodes, at, ranks, rankedRow);
    else {
      const left = categories.goesLeft(~slot, values, row) ? NODE_SIZE : 0;
      at = (nodes[at + 2] as number) + left;
    }
  }
  return nodes[at + 3] as number;
}

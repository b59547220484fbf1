import type { Fields } from '../fields.js';
import type { Forest } from '../forest.js';
import { ForestBuilder } from '../forest-builder.js';
import { XgboostTree } from './tree.js';

export type BoosterForm = {
  readonly features: number;
  /** Margins of one row. */
  readonly margins: number;
  /** What each tree counts: dart drops trees and scales others; undefined: all the same. */
  readonly weights: ArrayLike<number> | undefined;
  /** Rounds of boosting that count; undefined: all. */
  readonly rounds: number | undefined;
};

/**
 * @param model `learner.gradient_booster.model`
 * @throws Error naming tree and node where it is no forest
 */
export function readForest(model: Fields, form: BoosterForm): Forest {
  const trees = model.list('trees');
  const expected = model.fields('gbtree_model_param').count('num_trees', 0);
  if (trees.length !== expected) {
    throw model.fault('trees', `expected ${expected} as num_trees says, got ${trees.length}`);
  }
  const { weights } = form;
  if (weights !== undefined && weights.length !== trees.length) {
    throw new Error(`weight_drop: expected ${trees.length} numbers, got ${weights.length}`);
  }
  const groups = model.numbers('tree_info', trees.length);
  const isVector = trees.length > 0 && treeAt(trees, 0, form).valuesPerLeaf > 1;
  const valuesPerLeaf = isVector ? form.margins : 1;
  const builder = new ForestBuilder({
    precision: 'float32',
    valuesPerLeaf,
    isInclusive: false,
    leastCategory: -Number.MIN_VALUE,
  });
  const used = usedTrees(model, form, trees.length, isVector);
  for (let index = 0; index < used; index++) {
    const tree = treeAt(trees, index, form);
    if (tree.valuesPerLeaf !== valuesPerLeaf) {
      const got = tree.valuesPerLeaf;
      throw new Error(`tree ${index}: expected ${valuesPerLeaf} values a leaf, got ${got}`);
    }
    const group = checkedGroup(model, groups, index, form.margins - valuesPerLeaf);
    builder.addTree(group, 0, (node) => tree.node(node));
  }
  return builder.build();
}

function treeAt(trees: readonly unknown[], index: number, form: BoosterForm): XgboostTree {
  return new XgboostTree(trees[index], index, form.features, form.weights?.[index] ?? 1);
}

function checkedGroup(
  model: Fields,
  groups: ArrayLike<number>,
  index: number,
  most: number,
): number {
  const group = groups[index] as number;
  if (Number.isInteger(group) && group >= 0 && group <= most) return group;
  throw model.fault(`tree_info[${index}]`, `expected a number from 0 to ${most}, got ${group}`);
}

function usedTrees(
  model: Fields,
  { rounds, margins }: BoosterForm,
  all: number,
  isVector: boolean,
): number {
  if (rounds === undefined) return all;
  if (model.has('iteration_indptr')) {
    return Math.min(all, model.numbers('iteration_indptr')[rounds] ?? all);
  }
  const param = model.fields('gbtree_model_param');
  const parallel = param.has('num_parallel_tree') ? param.count('num_parallel_tree', 1) : 1;
  return Math.min(all, rounds * parallel * (isVector ? 1 : margins));
}

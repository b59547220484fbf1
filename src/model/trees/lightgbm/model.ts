import type { Ensemble } from '../ensemble.js';
import type { Forest } from '../forest.js';
import { ForestBuilder } from '../forest-builder.js';
import { transformOf } from './objective.js';
import { type LightgbmText, parseLightgbm, type Section } from './text.js';
import { LightgbmTree } from './tree.js';

/** More is a damaged file. */
const MOST_FEATURES = 2 ** 24;
const MOST_MARGINS = 2 ** 16;

/**
 * What `save_model` wrote, as a model.
 *
 * @throws Error naming what is missing or wrong in the file
 */
export function lightgbmEnsemble(text: string): Ensemble {
  const file = parseLightgbm(text);
  const { model } = file;
  const features = model.count('max_feature_idx', 0, MOST_FEATURES - 1) + 1;
  const margins = marginsOf(model);
  const forest = readForest(file, features, margins);
  // Without a line of its own the objective was a function of the user's.
  const transform = transformOf(model.has('objective') ? model.text('objective') : 'custom');
  const divisor = model.has('average_output') ? Math.max(1, forest.treeCount / margins) : 1;
  return {
    dtype: 'float64',
    features,
    featureNames: featureNames(model, features),
    missing: undefined,
    margins,
    predictions: margins,
    trees: forest.treeCount,
    score: (values, rows, sums) => forest.addTo(sums, margins, values, rows),
    predict(sums) {
      if (divisor > 1)
        for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) / divisor;
      transform(sums, margins);
      return sums;
    },
    leaves: (values, rows) => forest.leaves(values, rows),
  };
}

function marginsOf(model: Section): number {
  const key = model.has('num_tree_per_iteration') ? 'num_tree_per_iteration' : 'num_class';
  return model.count(key, 1, MOST_MARGINS);
}

function readForest({ trees }: LightgbmText, features: number, margins: number): Forest {
  if (trees.length % margins !== 0) {
    throw new Error(`expected a multiple of ${margins} trees, got ${trees.length}`);
  }
  const builder = new ForestBuilder({
    precision: 'float64',
    valuesPerLeaf: 1,
    isInclusive: true,
    leastCategory: -1,
  });
  trees.forEach((section, index) => {
    const tree = new LightgbmTree(section, index, features);
    builder.addTree(index % margins, tree.root, (node) => tree.node(node));
  });
  return builder.build();
}

/** LightGBM calls features that were given no names `Column_0` and so on: they say nothing. */
function featureNames(model: Section, features: number): readonly string[] {
  if (!model.has('feature_names')) return [];
  const names = model.text('feature_names').split(' ');
  const areGiven = names.some((name, index) => name !== `Column_${index}`);
  return names.length === features && areGiven ? names : [];
}

/** Files of other versions of XGBoost, and files that are none. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Ensemble } from '../../../../../src/model/trees/ensemble.js';
import type { Rounds } from '../../../../../src/model/trees/xgboost/attributes.js';
import { parseLenientJson } from '../../../../../src/model/trees/xgboost/lenient-json.js';
import { xgboostEnsemble } from '../../../../../src/model/trees/xgboost/model.js';
import { casesOf, distance, fixturePath, numbersOf } from '../fixture-models.js';

type Json = { [key: string]: Json } & Json[];

function documentOf(file: string): Json {
  return parseLenientJson(readFileSync(fixturePath(file), 'utf8')) as Json;
}

/** What is at the end of a path of keys, as far as there is something. */
function at(document: Json, path: string): Json {
  return path.split('.').reduce((value, key) => value[key] as Json, document);
}

/** The document with another value at the end of the path; undefined takes the key out. */
function changed(file: string, path: string, value: unknown): Json {
  const document = documentOf(file);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const holder = keys.length === 0 ? document : at(document, keys.join('.'));
  if (value === undefined) delete holder[last];
  else holder[last] = value as Json;
  return document;
}

function predictions(document: unknown, file: string, rounds?: Rounds): number[] {
  const { inputs } = casesOf(file);
  const ensemble = xgboostEnsemble(document, rounds);
  return Array.from(ensemble.predict(marginsOf(ensemble, inputs)));
}

function marginsOf(ensemble: Ensemble, inputs: readonly (readonly (number | null)[])[]) {
  const sums = new Float32Array(inputs.length * ensemble.margins);
  const values = Float32Array.from(inputs.flat(), (value) => value ?? Number.NaN);
  ensemble.score(values, inputs.length, sums);
  return sums;
}

const SOFTMAX = 'xgb-softmax.json';
const VECTORS = 'xgb-vectors.json';
const EARLY = 'xgb-early.json';
const POISSON = 'xgb-dart-poisson.json';
const BASE_SCORE = 'learner.learner_model_param.base_score';
const TREES = 'learner.gradient_booster.model.trees';

describe('the base score', () => {
  const expected = numbersOf(casesOf(POISSON).predictions);

  test.each(['2', '2E0', '[2E0]', '2.000000'])('as %s', (score) => {
    const document = changed(POISSON, BASE_SCORE, score);
    expect(distance(predictions(document, POISSON), expected)).toBeLessThan(1e-6);
  });

  test('one for each margin', () => {
    const ensemble = xgboostEnsemble(changed(VECTORS, BASE_SCORE, '[1E0,2E0,-3E0]'), undefined);
    const all = xgboostEnsemble(changed(VECTORS, BASE_SCORE, '0'), undefined);
    const row = [[0, 0, 0, 0, 0]];
    const zero = marginsOf(all, row);
    const got = marginsOf(ensemble, row);
    expect(
      distance(
        got,
        [1, 2, -3].map((score, i) => score + (zero[i] ?? 0)),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each(['', '[1,2]', 'half', 'NaN'])('%s is refused', (score) => {
    expect(() => xgboostEnsemble(changed(POISSON, BASE_SCORE, score), undefined)).toThrow(
      `${BASE_SCORE}: expected a number, got ${JSON.stringify(score)}`,
    );
  });

  test.each([
    ['binary:logistic', '0.2', Math.log(0.25)],
    ['binary:logistic', '1', -Math.log(1 / (1 - 1e-6) - 1)],
    ['binary:logitraw', '0.2', 0.2],
    ['binary:hinge', '0.2', 0.2],
    ['survival:aft', '0.2', Math.log(0.2)],
    ['rank:ndcg', '0.2', 0.2],
    ['reg:quantileerror', '0.2', 0.2],
  ])('%s %s', (objective, score, margin) => {
    const document = changed(POISSON, BASE_SCORE, score);
    at(document, 'learner.objective').name = objective as unknown as Json;
    const booster = at(document, 'learner.gradient_booster');
    booster.weight_drop = (booster.weight_drop ?? []).map(() => 0) as unknown as Json;
    const ensemble = xgboostEnsemble(document, undefined);
    expect(marginsOf(ensemble, [[0, 0, 0, 0, 0]])[0]).toBeCloseTo(margin, 5);
  });
});

describe('other versions', () => {
  test('1.0: no split types, no categories, booleans, no targets', () => {
    const document = documentOf(SOFTMAX);
    for (const tree of at(document, TREES)) {
      for (const key of Object.keys(tree)) {
        if (key.startsWith('categories') || key === 'split_type') delete tree[key];
      }
      tree.default_left = (tree.default_left ?? []).map((flag) => Number(flag) === 1) as never;
    }
    delete at(document, 'learner.learner_model_param').num_target;
    delete at(document, 'learner').attributes;
    delete at(document, 'learner').feature_names;
    delete at(document, 'learner.gradient_booster.model.gbtree_model_param').num_parallel_tree;
    const expected = numbersOf(casesOf(SOFTMAX).predictions);
    expect(predictions(document, SOFTMAX)).toEqual(expected);
  });

  test('3.2: vectors of leaves are apart, and a leaf has the number of its own', () => {
    const document = documentOf(VECTORS);
    for (const tree of at(document, TREES)) {
      const weights = tree.base_weights as unknown as number[];
      const leaves = (tree.left_children as unknown as number[]).flatMap((left, node) =>
        left === -1 ? [node] : [],
      );
      const own = leaves.flatMap((node) => weights.slice(3 * node, 3 * node + 3));
      tree.leaf_weights = own as unknown as Json;
      tree.base_weights = weights.map(() => 99) as unknown as Json;
      leaves.forEach((node, index) => {
        (tree.right_children as unknown as number[])[node] = index;
      });
    }
    const expected = numbersOf(casesOf(VECTORS).predictions);
    expect(distance(predictions(document, VECTORS), expected)).toBeLessThan(1e-6);
  });
});

describe('rounds', () => {
  const rounds = 10; // best_iteration is 9

  test('a Booster predicts with all of them, unless told', () => {
    const all = numbersOf(casesOf(EARLY).predictions);
    const document = documentOf(EARLY);
    expect(distance(predictions(document, EARLY), all)).toBeLessThan(1e-6);
    expect(predictions(document, EARLY, 'all')).toEqual(predictions(document, EARLY));
    const trees = at(document, TREES);
    expect(trees.length).toBeGreaterThan(rounds);
    const cut = documentOf(EARLY);
    at(cut, TREES).length = rounds;
    at(cut, 'learner.gradient_booster.model.tree_info').length = rounds;
    at(cut, 'learner.gradient_booster.model.gbtree_model_param').num_trees = rounds as never;
    expect(predictions(document, EARLY, 'best')).toEqual(predictions(cut, EARLY));
  });

  test('an estimator of scikit-learn predicts with the best ones, unless told', () => {
    const file = 'xgb-estimator.json';
    const told = xgboostEnsemble(documentOf(file), 'best');
    expect(told.trees).toBe(2);
    expect(xgboostEnsemble(documentOf(file), 'all').trees).toBe(5);
    expect(xgboostEnsemble(documentOf(file), undefined).trees).toBe(2);
    expect(told.missing).toBe(-9);
  });

  test('a round may have several trees', () => {
    const document = changed(SOFTMAX, 'learner.attributes.best_iteration', '1');
    expect(xgboostEnsemble(document, 'best').trees).toBe(2 * 3);
    at(document, 'learner.gradient_booster.model').iteration_indptr = [0, 3, 9] as never;
    expect(xgboostEnsemble(document, 'best').trees).toBe(9);
  });

  test('a tree with vectors for leaves is all there is of a round', () => {
    const document = changed(VECTORS, 'learner.attributes.best_iteration', '1');
    delete at(document, 'learner.gradient_booster.model').iteration_indptr;
    expect(xgboostEnsemble(document, 'best').trees).toBe(2);
  });

  test('the best of a model that does not say which they are', () => {
    expect(() => xgboostEnsemble(documentOf(VECTORS), 'best')).toThrow(
      'options.rounds: "best" needs a model that was trained with early stopping',
    );
  });
});

test('the names of features', () => {
  expect(xgboostEnsemble(documentOf(EARLY), undefined).featureNames).toEqual([...'abcde']);
  expect(xgboostEnsemble(documentOf(SOFTMAX), undefined).featureNames).toEqual([]);
});

describe('what is refused', () => {
  test.each([
    ['learner', undefined, 'learner is missing'],
    ['learner', [], 'learner: expected an object, got an array of 0'],
    ['learner.objective.name', 'reg:magic', 'objective "reg:magic" is not known here'],
    [
      'learner.gradient_booster.name',
      'gbx',
      'name: expected one of gbtree, dart, gblinear, got "gbx"',
    ],
    ['learner.gradient_booster.model', undefined, 'learner.gradient_booster.model is missing'],
    ['learner.learner_model_param.num_feature', '0', 'expected a whole number from 1 on, got the'],
    ['learner.learner_model_param.num_feature', '99999999', 'from 1 to 16777216, got 99999999'],
    ['learner.learner_model_param.num_class', 'x', 'from 0 on, got the string "x"'],
    [
      'learner.gradient_booster.model.tree_info.2',
      3,
      'tree_info[2]: expected a number from 0 to 2, got 3',
    ],
    [`${TREES}.1`, null, 'tree 1: expected an object, got null'],
    [`${TREES}.1.left_children`, undefined, 'tree 1.left_children is missing'],
    [
      `${TREES}.1.left_children.0`,
      'a',
      'tree 1.left_children[0]: expected a number, got the string "a"',
    ],
    [`${TREES}.1.left_children.0`, 99, 'tree 1, node 99: expected a node from 0 to 6'],
    [`${TREES}.1.left_children.0`, 0.5, 'tree 1, node 0.5: expected a node from 0 to 6'],
    [`${TREES}.1.left_children.0`, 0, 'tree 1, node 0: is a child twice'],
    [`${TREES}.1.right_children.2`, 1, 'tree 1, node 1: is a child twice'],
    [`${TREES}.1.split_indices.0`, 5, 'tree 1, node 0: expected a feature from 0 to 4, got 5'],
    [
      `${TREES}.1.split_conditions.0`,
      null,
      'tree 1, node 0: expected a number to split at, got NaN',
    ],
    [`${TREES}.1.split_conditions`, [1], 'tree 1.split_conditions: expected 7 numbers, got 1'],
    [`${TREES}.1.split_type.0`, 1, 'tree 1, node 0: its categories are missing'],
    [`${TREES}.1.tree_param.size_leaf_vector`, '3', 'tree 1: expected 1 values a leaf, got 3'],
    [`${TREES}.length`, 5, 'trees: expected 12 as num_trees says, got 5'],
  ])('%s: %j', (path, value, problem) => {
    expect(() => xgboostEnsemble(changed(SOFTMAX, path, value), undefined)).toThrow(problem);
  });

  test.each([
    ['categories', [2 ** 24], 'expected categories from 0 to 16777215, got 16777216'],
    ['categories', [-1], 'expected categories from 0 to 16777215, got -1'],
    ['categories_segments', [1], 'its categories are not there: 1 from 1 on of 1'],
    ['categories_sizes', [-1], 'its categories are not there: -1 from 0 on of 1'],
  ])('%s: %j', (key, value, problem) => {
    const document = changed(SOFTMAX, `${TREES}.0.split_type.0`, 1);
    const tree = at(document, `${TREES}.0`);
    const one = { categories: [3], categories_nodes: [0], categories_segments: [0] };
    Object.assign(tree, { ...one, categories_sizes: [1], [key]: value });
    expect(() => xgboostEnsemble(document, undefined)).toThrow(`tree 0, node 0: ${problem}`);
  });

  test('weights of dart that are not as many as its trees', () => {
    const document = changed(POISSON, 'learner.gradient_booster.weight_drop', [1]);
    expect(() => xgboostEnsemble(document, undefined)).toThrow(
      'weight_drop: expected 8 numbers, got 1',
    );
  });

  test('vectors that are too short', () => {
    const document = changed(VECTORS, `${TREES}.0.base_weights.length`, 4);
    expect(() => xgboostEnsemble(document, undefined)).toThrow(/^tree 0, node \d+: its 3 values/);
  });

  test('weights of a linear model that are not as many as its features', () => {
    const document = changed(SOFTMAX, 'learner.gradient_booster', {
      name: 'gblinear',
      model: { weights: [1, 2] },
    });
    expect(() => xgboostEnsemble(document, undefined)).toThrow(
      'weights: expected 18 numbers for 5 features, got 2',
    );
  });
});

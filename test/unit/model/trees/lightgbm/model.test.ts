import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lightgbmEnsemble } from '../../../../../src/model/trees/lightgbm/model.js';
import { casesOf, distance, fixturePath, numbersOf } from '../fixture-models.js';

const BINARY = readFileSync(fixturePath('lgb-binary.txt'), 'utf8');
const LINEAR = readFileSync(fixturePath('lgb-linear.txt'), 'utf8');
const CATEGORIES = readFileSync(fixturePath('lgb-categories.txt'), 'utf8');

/** A tree of one split, of feature 0 at 0.5: 1 on the left, 2 on the right. */
function stump(header: readonly string[], decision = 0, threshold = '0.5'): string {
  const lines = ['num_class=1', 'num_tree_per_iteration=1', 'max_feature_idx=1', ...header];
  const tree = [
    'num_leaves=2',
    'num_cat=0',
    'split_feature=0',
    `threshold=${threshold}`,
    `decision_type=${decision}`,
    'left_child=-1',
    'right_child=-2',
    'leaf_value=1 2',
  ];
  return ['tree', 'version=v4', ...lines, '', 'Tree=0', ...tree, '', 'end of trees', ''].join('\n');
}

function scores(text: string, ...values: readonly number[]): number[] {
  const ensemble = lightgbmEnsemble(text);
  const rows = Float64Array.from(values.flatMap((value) => [value, 0]));
  const sums = new Float64Array(values.length);
  ensemble.score(rows, values.length, sums);
  return Array.from(ensemble.predict(sums));
}

describe('what a missing value is', () => {
  // Values: NaN, 0, what counts as zero, and both sides of the threshold.
  const values = [Number.NaN, 0, 1e-35, 0.5, 0.50001];

  test.each([
    ['nothing: NaN is 0', 0, [1, 1, 1, 1, 2]],
    ['nothing, also where the default is left', 2, [1, 1, 1, 1, 2]],
    ['zero, to the right', 4, [2, 2, 2, 1, 2]],
    ['zero, to the left', 6, [1, 1, 1, 1, 2]],
    ['NaN, to the right', 8, [2, 1, 1, 1, 2]],
    ['NaN, to the left', 10, [1, 1, 1, 1, 2]],
  ])('%s', (_name, decision, expected) => {
    expect(scores(stump([], decision), ...values)).toEqual(expected);
  });

  test('beyond 1e-35 a value is none', () => {
    expect(scores(stump([], 4, '-1'), 1e-35, 1.1e-35, -1e-35, -1.1e-35)).toEqual([2, 2, 2, 2]);
    expect(scores(stump([], 6, '-1'), 1e-35, 1.1e-35, -1e-35, -1.1e-35)).toEqual([1, 2, 1, 2]);
  });

  test('infinite thresholds', () => {
    expect(scores(stump([], 8, 'inf'), 1e308, Infinity)).toEqual([1, 1]);
    expect(scores(stump([], 8, '-inf'), -1e308, -Infinity)).toEqual([2, 1]);
  });
});

describe('objectives', () => {
  const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));

  test.each([
    ['regression', 2],
    ['regression sqrt', 4],
    ['huber', 2],
    ['quantile alpha:0.5', 2],
    ['poisson', Math.exp(2)],
    ['gamma', Math.exp(2)],
    ['tweedie tweedie_variance_power:1.5', Math.exp(2)],
    ['binary sigmoid:0.5', sigmoid(1)],
    ['multiclassova num_class:1 sigmoid:1', sigmoid(2)],
    ['cross_entropy', sigmoid(2)],
    ['cross_entropy_lambda', Math.log1p(Math.exp(2))],
    ['lambdarank', 2],
    ['custom', 2],
  ])('%s', (objective, expected) => {
    expect(scores(stump([`objective=${objective}`]), 1)[0]).toBeCloseTo(expected, 12);
  });

  test('none: a function of the user', () => {
    expect(scores(stump([]), 1)).toEqual([2]);
  });

  test.each([
    ['magic', 'objective "magic" is not known here'],
    ['binary sigmoid:0', 'objective: expected a sigmoid above 0, got 0'],
    ['binary sigmoid:x', 'objective: expected a sigmoid above 0, got x'],
  ])('%s is refused', (objective, problem) => {
    expect(() => lightgbmEnsemble(stump([`objective=${objective}`]))).toThrow(problem);
  });
});

describe('the text', () => {
  const expected = numbersOf(casesOf('lgb-binary.txt').predictions);
  const { inputs } = casesOf('lgb-binary.txt');

  function predictions(text: string): number[] {
    const ensemble = lightgbmEnsemble(text);
    const sums = new Float64Array(inputs.length);
    const values = Float64Array.from(inputs.flat(), (value) => value ?? Number.NaN);
    ensemble.score(values, inputs.length, sums);
    return Array.from(ensemble.predict(sums));
  }

  test.each([
    ['with the line ends of Windows', BINARY.replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${BINARY}`],
    ['of a version without sizes of trees', BINARY.replace(/tree_sizes=.*\n/, '')],
    ['of a version without an end of trees', BINARY.replace('end of trees\n', '')],
  ])('%s', (_name, text) => {
    expect(distance(predictions(text), expected)).toBeLessThan(1e-14);
  });

  test('names of features, where they were given', () => {
    expect(lightgbmEnsemble(BINARY).featureNames).toEqual([]);
    const named = BINARY.replace(/feature_names=.*/, 'feature_names=a b c d é');
    expect(lightgbmEnsemble(named).featureNames).toEqual(['a', 'b', 'c', 'd', 'é']);
  });
});

describe('what is refused', () => {
  test.each([
    ['another text', 'hello\n', 'it is not a LightGBM model: expected its first line to be "tree"'],
    ['half of it', BINARY.slice(0, BINARY.length / 3), 'it ends before "end of trees"'],
    [
      'a tree less',
      BINARY.replace(/Tree=3[\s\S]*?\n\n/, ''),
      'expected 4 trees as tree_sizes says, got 3',
    ],
    ['no features', BINARY.replace(/max_feature_idx=.*/, ''), 'max_feature_idx is missing'],
    [
      'endless features',
      BINARY.replace(/max_feature_idx=.*/, 'max_feature_idx=99999999'),
      'from 0 to 16777215, got "99999999"',
    ],
    [
      'odd trees',
      BINARY.replace(/num_tree_per_iteration=1/, 'num_tree_per_iteration=3'),
      'expected a multiple of 3 trees, got 4',
    ],
    [
      'no leaves',
      BINARY.replace(/num_leaves=\d+/, 'num_leaves=0'),
      'tree 0: num_leaves: expected a whole',
    ],
    [
      'leaves missing',
      BINARY.replace(/leaf_value=\S+ /, 'leaf_value='),
      /^tree 0: leaf_value: expected \d+ numbers/,
    ],
    [
      'words for numbers',
      BINARY.replace(/threshold=\S+/, 'threshold=big'),
      'tree 0: threshold[0]: expected a number, got "big"',
    ],
    [
      'NaN to split at',
      BINARY.replace(/threshold=\S+/, 'threshold=nan'),
      'tree 0, node 0: expected a number to split at',
    ],
    [
      'a feature beyond',
      BINARY.replace(/split_feature=\S+/, 'split_feature=5'),
      'tree 0, node 0: expected a feature from 0 to 4, got 5',
    ],
    [
      'a circle',
      BINARY.replace(/left_child=\S+/, 'left_child=0'),
      'tree 0, node 0: is a child twice',
    ],
    [
      'a split beyond',
      BINARY.replace(/left_child=\S+/, 'left_child=99'),
      /^tree 0, node 99: expected a split from 0 to/,
    ],
    [
      'a leaf beyond',
      BINARY.replace(/left_child=\S+/, 'left_child=-99'),
      /expected a leaf from 0 to \d+, got 98/,
    ],
    [
      'sets beyond',
      CATEGORIES.replace(/cat_boundaries=0 \d+/, 'cat_boundaries=0 9999'),
      /^tree 0, node \d+: its set of categories, 0, is not there/,
    ],
    [
      'terms missing',
      LINEAR.replace(/(Tree=1[\s\S]*?)leaf_const=\S+ /, '$1leaf_const='),
      /^tree 1: leaf_const: expected/,
    ],
    [
      'terms of features beyond',
      LINEAR.replace(/(Tree=1[\s\S]*?)leaf_features=\d/, '$1leaf_features=9'),
      'tree 1: leaf_features: those of leaf 0 are not there',
    ],
  ])('%s', (_name, text, problem) => {
    expect(() => lightgbmEnsemble(text)).toThrow(problem);
  });
});

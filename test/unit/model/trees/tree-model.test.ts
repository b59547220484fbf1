import { describe, expect, test } from 'vitest';
import { casesOf, evaluate, fixturePath, loadTrees } from './fixture-models.js';

const BINARY = 'xgb-binary.ubj';
const SOFTMAX = 'xgb-softmax.json';

test('the signature: one input with the names of its columns, one output', async () => {
  const model = await loadTrees(fixturePath('xgb-early.json'));
  expect(model.signature).toEqual({
    inputs: [
      { name: 'X', dtype: 'float32', shape: [-1, 5], takesMissing: true, labels: [...'abcde'] },
    ],
    outputs: [{ name: 'predictions', dtype: 'float32', shape: [-1] }],
  });
  const lightgbm = await loadTrees(fixturePath('lgb-forest.txt'));
  expect(lightgbm.signature).toEqual({
    inputs: [{ name: 'X', dtype: 'float64', shape: [-1, 5], takesMissing: true }],
    outputs: [{ name: 'predictions', dtype: 'float64', shape: [-1, 3] }],
  });
});

describe('options', () => {
  test('output', async () => {
    const margin = await loadTrees(fixturePath(SOFTMAX), { output: 'margin' });
    expect(margin.signature.outputs).toEqual([
      { name: 'margins', dtype: 'float32', shape: [-1, 3] },
    ]);
    const leaf = await loadTrees(fixturePath(SOFTMAX), { output: 'leaf' });
    expect(leaf.signature.outputs).toEqual([{ name: 'leaves', dtype: 'int32', shape: [-1, 12] }]);
  });

  test('missing: a number that counts as NaN does', async () => {
    const model = await loadTrees(fixturePath(BINARY), { missing: -10.1 });
    const plain = await loadTrees(fixturePath(BINARY));
    const { inputs } = casesOf(BINARY);
    const filled = inputs.map((row) => row.map((value) => value ?? -10.1));
    expect(evaluate(model, filled).data).toEqual(evaluate(plain, inputs).data);
    expect(evaluate(plain, filled).data).not.toEqual(evaluate(plain, inputs).data);
  });

  test.each([
    [
      'xgb-binary.ubj',
      { output: 'class' },
      'options.output: expected one of prediction, margin, leaf, got "class".',
    ],
    ['xgb-binary.ubj', { missing: 'NaN' }, 'options.missing: expected a number, got "NaN".'],
    ['xgb-binary.ubj', { rounds: 5 }, 'options.rounds: expected one of all, best, got 5.'],
    [
      'xgb-binary.ubj',
      { outputs: 'leaf' },
      'options: unknown setting "outputs"; did you mean output?',
    ],
    ['xgb-linear.ubj', { output: 'leaf' }, 'options.output: "leaf" needs a model of trees'],
    ['lgb-binary.txt', { rounds: 'all' }, 'options: unknown setting "rounds"'],
  ])('%s %j is refused', async (file, options, problem) => {
    await expect(loadTrees(fixturePath(file), options)).rejects.toThrow(problem);
  });
});

test('what a request sent is not changed', async () => {
  const model = await loadTrees(fixturePath('xgb-estimator.json'));
  const data = new Float32Array(5).fill(-9);
  const context = { requestId: 'r', signal: new AbortController().signal, isAbandoned: false };
  model.run({ X: { dtype: 'float32', shape: [1, 5], data } }, context, () => {});
  expect(Array.from(data)).toEqual([-9, -9, -9, -9, -9]);
});

test.each(['prediction', 'margin', 'leaf'])('no rows, %s', async (output) => {
  const model = await loadTrees(fixturePath(SOFTMAX), { output });
  const { shape, data } = evaluate(model, []);
  expect(shape[0]).toBe(0);
  expect(data).toHaveLength(0);
});

test('rows of several requests may run together', async () => {
  expect((await loadTrees(fixturePath(SOFTMAX))).isRowWise).toBe(true);
});

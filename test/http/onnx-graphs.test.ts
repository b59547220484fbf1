/** What of a graph the runtime alone would not serve. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/load-model.js';
import type { TensorModel } from '../../src/model/model.js';
import { findModels } from '../../src/model/repository/repository.js';
import { type ModelApp, modelApp } from './model-app.js';
import { type AttributeValue, type Graph, writeOnnx } from './onnx-writer.js';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-onnx-graphs-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, content: Graph): string {
  mkdirSync(join(root, name));
  const file = join(root, name, 'model.onnx');
  writeOnnx(file, content);
  return file;
}

async function graph(name: string, content: Graph): Promise<ModelApp> {
  return modelApp([write(name, content)]);
}

async function loaded(name: string): Promise<TensorModel> {
  const [plan] = findModels(join(root, name));
  if (plan === undefined) throw new Error('no plan');
  const logger = { info() {}, warn() {}, error() {} };
  const [model] = await loadModel(plan, { threads: 1, logger, loaded: [] });
  if (model?.kind !== 'tensors') throw new Error('no model of tensors');
  return model;
}

const X = { name: 'x', type: 'float32', shape: ['N', 3] } as const;

function zipMap(attributes: Record<string, AttributeValue>): Graph {
  return {
    nodes: [
      { op: 'Softmax', inputs: ['x'], outputs: ['p'] },
      { op: 'ZipMap', domain: 'ai.onnx.ml', inputs: ['p'], outputs: ['scores'], attributes },
    ],
    inputs: [X],
    outputs: [{ name: 'scores', type: 'float32', shape: [], wrapping: 'map' }],
  };
}

describe('a ZipMap leaves its tensor', () => {
  test.each([
    ['texts', { classlabels_strings: ['cat', 'dog', 'élan'] }, ['cat', 'dog', 'élan']],
    ['numbers', { classlabels_int64s: [3, -1, 0] }, [3, -1, 0]],
  ])('and its labels, %s', async (name, attributes, labels) => {
    const { post } = await graph(`zipmap-${name}`, zipMap(attributes));
    const reply = await post('/predict', {
      instances: [
        [0, 0, 0],
        [1, 1, 1],
      ],
    });
    const third = 0.3333333432674408;
    expect(reply.json).toEqual({
      predictions: [
        [third, third, third],
        [third, third, third],
      ],
    });
    const { signature, isRowWise } = await loaded(`zipmap-${name}`);
    expect(signature.outputs).toEqual([
      { name: 'scores', dtype: 'float32', shape: [-1, 3], labels },
    ]);
    expect(isRowWise).toBe(true);
  });

  test('also in a model of no other operators than those for learners', async () => {
    const content: Graph = {
      nodes: [
        {
          op: 'LinearClassifier',
          domain: 'ai.onnx.ml',
          inputs: ['x'],
          outputs: ['label', 'p'],
          attributes: {
            coefficients: { floats: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
            intercepts: { floats: [0, 0, 0] },
            classlabels_strings: ['a', 'b', 'c'],
            post_transform: 'SOFTMAX',
          },
        },
        {
          op: 'ZipMap',
          domain: 'ai.onnx.ml',
          inputs: ['p'],
          outputs: ['probabilities'],
          attributes: { classlabels_strings: ['a', 'b', 'c'] },
        },
      ],
      inputs: [X],
      outputs: [
        { name: 'label', type: 'string', shape: ['N'] },
        { name: 'probabilities', type: 'float32', shape: [], wrapping: 'map' },
      ],
    };
    const { post } = await graph('learner', content);
    const reply = await post('/predict', { instances: [[0, 50, 0]] });
    expect(reply.json).toEqual({
      predictions: [{ label: 'b', probabilities: [expect.closeTo(0), 1, expect.closeTo(0)] }],
    });
    expect((await loaded('learner')).isRowWise).toBe(true);
  });
});

test('the scores of a classifier have its labels without a ZipMap as well', async () => {
  write('labels', {
    nodes: [
      {
        op: 'LinearClassifier',
        domain: 'ai.onnx.ml',
        inputs: ['x'],
        outputs: ['label', 'raw'],
        attributes: {
          coefficients: { floats: [1, 0, 0, 0, 1, 0] },
          intercepts: { floats: [0, 0] },
          classlabels_ints: [7, 9],
        },
      },
      { op: 'Normalizer', domain: 'ai.onnx.ml', inputs: ['raw'], outputs: ['scores'] },
    ],
    inputs: [X],
    outputs: [
      { name: 'label', type: 'int64', shape: ['N'] },
      { name: 'scores', type: 'float32', shape: ['N', 2] },
    ],
  });
  const { signature } = await loaded('labels');
  expect(signature.outputs.map(({ labels }) => labels)).toEqual([undefined, [7, 9]]);
});

test('a sequence of known tensors leaves those', async () => {
  const { post } = await graph('sequence', {
    nodes: [
      { op: 'Neg', inputs: ['x'], outputs: ['minus'] },
      { op: 'SequenceConstruct', inputs: ['x', 'minus'], outputs: ['both'] },
    ],
    inputs: [X],
    outputs: [{ name: 'both', type: 'float32', wrapping: 'sequence' }],
  });
  expect((await post('/predict', { instances: [[1, 2, 3]] })).json).toEqual({
    predictions: [{ both_0: [1, 2, 3], both_1: [-1, -2, -3] }],
  });
});

test('the probabilities of each target keep their labels', async () => {
  const classifier = (name: string, labels: readonly number[]) =>
    ({
      op: 'LinearClassifier',
      domain: 'ai.onnx.ml',
      inputs: ['x'],
      outputs: [`${name}Label`, name],
      attributes: {
        coefficients: { floats: labels.flatMap(() => [1, 0, 0]) },
        intercepts: { floats: labels.map(() => 0) },
        classlabels_ints: labels,
      },
    }) as const;
  write('targets', {
    nodes: [
      classifier('colour', [4, 5, 6]),
      classifier('size', [0, 1]),
      { op: 'SequenceConstruct', inputs: ['colour', 'size'], outputs: ['p'] },
    ],
    inputs: [X],
    outputs: [{ name: 'p', type: 'float32', wrapping: 'sequence' }],
  });
  const { signature, isRowWise } = await loaded('targets');
  expect(signature.outputs).toEqual([
    { name: 'p_0', dtype: 'float32', shape: [-1, 3], labels: [4, 5, 6] },
    { name: 'p_1', dtype: 'float32', shape: [-1, 2], labels: [0, 1] },
  ]);
  expect(isRowWise).toBe(true);
});

test('scores of pairs of classes are not labelled as if they were scores of classes', async () => {
  write('pairs', {
    nodes: [
      {
        op: 'SVMClassifier',
        domain: 'ai.onnx.ml',
        inputs: ['x'],
        outputs: ['label', 'scores'],
        attributes: {
          kernel_type: 'LINEAR',
          kernel_params: { floats: [1, 0, 3] },
          support_vectors: { floats: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
          coefficients: { floats: [1, 1, 1, 1, 1, 1] },
          rho: { floats: [0, 0, 0] },
          vectors_per_class: [1, 1, 1],
          classlabels_ints: [0, 1, 2],
        },
      },
    ],
    inputs: [X],
    outputs: [
      { name: 'label', type: 'int64', shape: ['N'] },
      { name: 'scores', type: 'float32', shape: ['N', 3] },
    ],
  });
  const { signature } = await loaded('pairs');
  expect(signature.outputs.map(({ labels }) => labels)).toEqual([undefined, undefined]);
});

test('bfloat16 goes in and out rounded to its 8 bits, and keeps what it computes', async () => {
  const { post } = await graph('bfloat16', {
    nodes: [
      { op: 'Cast', inputs: ['x'], outputs: ['wide'], attributes: { to: 1 } },
      { op: 'Add', inputs: ['wide', 'wide'], outputs: ['sum'] },
      { op: 'Cast', inputs: ['sum'], outputs: ['y'], attributes: { to: 16 } },
    ],
    inputs: [{ name: 'x', type: 'bfloat16', shape: ['N'] }],
    outputs: [{ name: 'y', type: 'bfloat16', shape: ['N'] }],
  });
  expect((await post('/predict', { instances: [1.0039, 'Infinity', 1 / 3] })).json).toEqual({
    predictions: [2, null, 0.66796875],
  });
  const { signature } = await loaded('bfloat16');
  expect(signature.inputs).toEqual([{ name: 'x', dtype: 'bfloat16', shape: [-1] }]);
});

describe('an input with a default', () => {
  const content: Graph = {
    nodes: [{ op: 'Mul', inputs: ['x', 'factor'], outputs: ['y'] }],
    inputs: [
      { name: 'x', type: 'float32', shape: ['N'] },
      { name: 'factor', type: 'float32', shape: [1] },
    ],
    outputs: [{ name: 'y', type: 'float32', shape: ['N'] }],
    initializers: [{ name: 'factor', type: 'float32', dims: [1], data: Float32Array.of(10) }],
  };

  test('may be left out, or given', async () => {
    const { post } = await graph('default', content);
    expect((await post('/predict', { instances: [1, 2] })).json).toEqual({ predictions: [10, 20] });
    expect((await post('/predict', { inputs: { x: [1, 2] } })).json).toEqual({ outputs: [10, 20] });
    expect((await post('/predict', { inputs: { x: [1, 2], factor: [3] } })).json).toEqual({
      outputs: [3, 6],
    });
    const reply = await post('/predict', { inputs: { factor: [3] } });
    expect(reply.json.error).toMatch(/^inputs: input "x" is missing/);
    expect((await loaded('default')).signature.inputs[1]).toEqual({
      name: 'factor',
      dtype: 'float32',
      shape: [1],
      isOptional: true,
    });
  });

  test('is a constant in old files, and where they are too many to be meant', async () => {
    write('old', { ...content, irVersion: 3 });
    expect((await loaded('old')).signature.inputs.map(({ name }) => name)).toEqual(['x']);
    const many = Array.from({ length: 20 }, (_, index) => `w${index}`);
    write('many', {
      nodes: [{ op: 'Sum', inputs: ['x', ...many], outputs: ['y'] }],
      inputs: [
        { name: 'x', type: 'float32', shape: ['N'] },
        ...many.map((name) => ({ name, type: 'float32', shape: [1] }) as const),
      ],
      outputs: [{ name: 'y', type: 'float32', shape: ['N'] }],
      initializers: many.map(
        (name) => ({ name, type: 'float32', dims: [1], data: Float32Array.of(1) }) as const,
      ),
    });
    expect((await loaded('many')).signature.inputs.map(({ name }) => name)).toEqual(['x']);
  });
});

describe('shapes', () => {
  const any: Graph = {
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'int32' }],
    outputs: [{ name: 'y', type: 'int32' }],
  };

  test('an input without one takes any', async () => {
    const { post } = await graph('any', any);
    for (const value of [5, [1, 2], [[1], [2]], [[[]]], []]) {
      expect((await post('/predict', { inputs: { x: value } })).json).toEqual({ outputs: value });
    }
    expect(
      (
        await post('/predict', {
          instances: [
            [1, 2],
            [3, 4],
          ],
        })
      ).json,
    ).toEqual({
      predictions: [
        [1, 2],
        [3, 4],
      ],
    });
    const ragged = await post('/predict', { inputs: { x: [[1], [2, 3]] } });
    expect(ragged.json.error).toMatch(/^input "x" at inputs\.x\[1\]: expected an array of 1/);
  });

  test('tensors without any value', async () => {
    const { post } = await graph('empty', {
      nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
      inputs: [X],
      outputs: [{ ...X, name: 'y' }],
    });
    expect((await post('/predict', { inputs: [] })).json).toEqual({ outputs: [] });
    expect((await post('/predict', { instances: [] })).status).toBe(400);
  });

  test('are refused where the runtime would crash on them', async () => {
    const { post } = await graph('top', {
      nodes: [{ op: 'TopK', inputs: ['x', 'k'], outputs: ['y', 'index'] }],
      inputs: [X],
      outputs: [
        { ...X, name: 'y' },
        { ...X, name: 'index', type: 'int64' },
      ],
      initializers: [{ name: 'k', type: 'int64', dims: [1], data: BigInt64Array.of(2n) }],
    });
    expect((await post('/predict', { instances: [[1, 3, 2]] })).json).toEqual({
      predictions: [{ y: [3, 2], index: [1, 2] }],
    });
    const reply = await post('/predict', { inputs: [] });
    expect(reply.status).toBe(400);
    expect(reply.json.error).toBe(
      'input "x": expected at least one value, which the model\'s TopK needs, got the shape [0, 3]',
    );
  });

  test('a model without inputs, one whose output is its input, and an output listed twice', async () => {
    const { post } = await graph('constant', {
      nodes: [{ op: 'Identity', inputs: ['w'], outputs: ['y'] }],
      inputs: [],
      outputs: [{ name: 'y', type: 'float32', shape: [2] }],
      initializers: [{ name: 'w', type: 'float32', dims: [2], data: Float32Array.of(1, 2) }],
    });
    expect((await post('/predict', { inputs: {} })).json).toEqual({ outputs: [1, 2] });
    const y = { name: 'y', type: 'float32', shape: ['N', 3] } as const;
    const same = await graph('same', {
      nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }],
      inputs: [X],
      outputs: [y, X, y],
    });
    expect((await same.post('/predict', { instances: [[1, 2, 3]] })).json).toEqual({
      predictions: [{ y: [-1, -2, -3], x: [1, 2, 3] }],
    });
  });
});

test('weights in a file of their own, also where the graph is rewritten', async () => {
  const weights = { location: 'weights.bin', offset: '4', length: '12' };
  const content: Graph = {
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [X],
    outputs: [{ ...X, name: 'y' }],
    initializers: [{ name: 'w', type: 'float32', dims: [3], data: weights }],
  };
  const bytes = Float32Array.of(99, 1, 2, 3);
  write('external', content);
  writeFileSync(join(root, 'external', 'weights.bin'), bytes);
  const { post } = await modelApp([join(root, 'external')]);
  expect((await post('/predict', { instances: [[0, 0, 0]] })).json.predictions).toEqual([
    [1, 2, 3],
  ]);
  write('rewritten', {
    ...content,
    inputs: [{ ...X, type: 'float32' }],
    outputs: [
      { ...X, name: 'y' },
      { ...X, name: 'y' },
    ],
  });
  writeFileSync(join(root, 'rewritten', 'weights.bin'), bytes);
  const rewritten = await modelApp([join(root, 'rewritten')]);
  expect((await rewritten.post('/predict', { instances: [[0, 0, 0]] })).json.predictions).toEqual([
    [1, 2, 3],
  ]);
});

test('capital letters, also where the system knows no country', async () => {
  const { post } = await graph('capitals', {
    nodes: [
      {
        op: 'StringNormalizer',
        inputs: ['x'],
        outputs: ['y'],
        attributes: { case_change_action: 'UPPER', stopwords: ['monday'], is_case_sensitive: 1 },
      },
    ],
    inputs: [{ name: 'x', type: 'string', shape: ['N'] }],
    outputs: [{ name: 'y', type: 'string', shape: ['M'] }],
  });
  expect((await post('/predict', { inputs: ['monday', 'Dienstag', 'été'] })).json).toEqual({
    outputs: ['DIENSTAG', 'ÉTÉ'],
  });
});

import { describe, expect, test } from 'vitest';
import { readModel } from '../../../../../src/model/onnx/graph.js';
import { isRowWise } from '../../../../../src/model/onnx/rows/row-wise.js';
import {
  encodeOnnx,
  type Node,
  type ValueInfo,
  type Weights,
} from '../../../../http/onnx-writer.js';
import { memorySource } from '../memory-source.js';

const ML = 'ai.onnx.ml';

type Attributes = NonNullable<Node['attributes']>;
/** Operator, inputs, outputs (each a text with spaces between), attributes. */
type Step = readonly [op: string, inputs: string, outputs: string, attributes?: Attributes];

function node([op, inputs, outputs, attributes]: Step): Node {
  const [name, domain] = op.split('@');
  return {
    op: name ?? '',
    inputs: inputs.split(' ').map((each) => (each === '-' ? '' : each)),
    outputs: outputs.split(' '),
    ...(attributes === undefined ? {} : { attributes }),
    ...(domain === undefined ? {} : { domain: ML }),
  };
}

function integers(name: string, ...values: number[]): Weights {
  return { name, type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) };
}

function floats(name: string, ...dims: number[]): Weights {
  const length = dims.reduce((product, size) => product * size, 1);
  return { name, type: 'float32', dims, data: new Float32Array(length) };
}

const scalar: Weights = { name: 's', type: 'int64', dims: [], data: BigInt64Array.of(0n) };

const WEIGHTS: readonly Weights[] = [
  scalar,
  floats('bias', 3),
  floats('row', 1, 3),
  floats('column', 2, 1),
  floats('matrix', 3, 4),
  floats('cube', 2, 3, 4),
  floats('classes', 1, 4),
  floats('classes4', 4, 2),
  floats('kernel', 2, 1, 2, 2),
  integers('one', 1),
  integers('zero', 0),
  integers('two', 2),
  integers('minusOne', -1),
  integers('keepRows', 0, -1),
  integers('pair', -1, 1),
  integers('twelve', -1, 12),
  integers('six', -1, 6),
  integers('flat', -1),
  integers('fixed', 4, 3),
  integers('pads', 0, 1, 0, 1),
  integers('padsRows', 1, 0, 0, 0),
];

const SHAPES: Readonly<Record<string, ValueInfo>> = {
  x: { name: 'x', type: 'float32', shape: ['N', 3] },
  z: { name: 'z', type: 'float32', shape: ['N', 3] },
  v: { name: 'v', type: 'float32', shape: ['N'] },
  t: { name: 't', type: 'float32', shape: ['N', 3, 4] },
  i: { name: 'i', type: 'int64', shape: ['N', 5] },
  image: { name: 'image', type: 'float32', shape: ['N', 1, 8, 8] },
  fixed2: { name: 'fixed2', type: 'float32', shape: [2, 3] },
  lone: { name: 'lone', type: 'float32', shape: [] },
  any: { name: 'any', type: 'float32' },
};

function judge(steps: readonly Step[], outputs = 'y', opset = 13): boolean {
  const nodes = steps.map(node);
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const inputs = Object.values(SHAPES).filter(({ name }) => used.has(name));
  const bytes = encodeOnnx({
    nodes,
    inputs,
    outputs: outputs.split(' ').map((name) => ({ name, type: 'float32' })),
    initializers: WEIGHTS,
    opset,
  });
  return isRowWise(readModel(memorySource(bytes)));
}

describe('row by row', () => {
  test.each<[string, Step[], string?, number?]>([
    [
      'elements',
      [
        ['Relu', 'x', 'a'],
        ['Clip', 'a - s', 'y'],
      ],
    ],
    [
      'with a constant for each column',
      [
        ['Add', 'x bias', 'a'],
        ['Mul', 'row a', 'y'],
      ],
    ],
    ['two inputs of one shape', [['Sub', 'x z', 'y']]],
    [
      'a linear model',
      [
        ['MatMul', 'x matrix', 'a'],
        ['Softmax', 'a', 'y'],
      ],
    ],
    ['a layer', [['Gemm', 'x matrix classes', 'y', { beta: 1 }]]],
    [
      'cubes',
      [
        ['Relu', 't', 'a'],
        ['MatMul', 'a classes4', 'y'],
      ],
    ],
    [
      'stacks of matrices',
      [
        ['Transpose', 't', 'a', { perm: [0, 2, 1] }],
        ['MatMul', 't a', 'y'],
      ],
    ],
    [
      'sums over columns',
      [
        ['ReduceSum', 'x one', 'a', { keepdims: 0 }],
        ['Sqrt', 'a', 'y'],
      ],
    ],
    ['means over columns', [['ReduceMean', 'x', 'y', { axes: [-1] }]]],
    ['the largest column', [['ArgMax', 'x', 'y', { axis: 1 }]]],
    ['before opset 13, all columns as one', [['Softmax', 't', 'y', { axis: 1 }]], 'y', 12],
    ['columns by index', [['Gather', 'x two', 'y', { axis: 1 }]]],
    ['a table by indexes', [['Gather', 'matrix i', 'y']]],
    [
      'reshaped per row',
      [
        ['Reshape', 't keepRows', 'a'],
        ['Reshape', 't twelve', 'y'],
      ],
      'a y',
    ],
    ['flattened', [['Flatten', 't', 'y']]],
    [
      'turned and turned back',
      [
        ['Transpose', 'x', 'a', {}],
        ['Transpose', 'a', 'y', {}],
      ],
    ],
    ['side by side', [['Concat', 'x z', 'y', { axis: 1 }]]],
    [
      'split and cut',
      [
        ['Split', 'x', 'a b c', { axis: 1 }],
        ['Slice', 'x zero two one', 'y'],
      ],
      'a b c y',
    ],
    [
      'with new axes',
      [
        ['Unsqueeze', 'x one', 'a'],
        ['Squeeze', 'a one', 'y'],
      ],
    ],
    ['padded at the side', [['Pad', 'x pads', 'y']]],
    [
      'a convolution',
      [
        ['Conv', 'image kernel', 'a'],
        ['MaxPool', 'a', 'b'],
        ['GlobalAveragePool', 'b', 'c'],
        ['Flatten', 'c', 'y'],
      ],
    ],
    ['the largest of each row', [['TopK', 'x one', 'y n', {}]]],
    ['running sums along the row', [['CumSum', 'x one', 'y']]],
    [
      'a shape that is worked out',
      [
        ['Shape', 't', 'shape'],
        ['Gather', 'shape s', 'rows', {}],
        ['Unsqueeze', 'rows zero', 'first'],
        ['Concat', 'first minusOne', 'target', { axis: 0 }],
        ['Reshape', 't target', 'y'],
      ],
    ],
    [
      'labels looked up as scikit-learn does it',
      [
        ['ArgMax', 'x', 'best', { axis: 1 }],
        ['ArrayFeatureExtractor@ml', 'classes best', 'label'],
        ['Reshape', 'label flat', 'y'],
      ],
    ],
    [
      'a forest',
      [
        ['TreeEnsembleClassifier@ml', 'x', 'y p'],
        ['Normalizer@ml', 'p', 'q'],
        ['ZipMap@ml', 'q', 'z2'],
      ],
      'y z2',
    ],
    [
      'a table of features',
      [
        ['Scaler@ml', 'x', 'a'],
        ['Imputer@ml', 'z', 'b'],
        ['FeatureVectorizer@ml', 'a b', 'y'],
      ],
    ],
    [
      'a column of a table, flat',
      [
        ['ArrayFeatureExtractor@ml', 'x two', 'a'],
        ['Reshape', 'a flat', 'y'],
      ],
    ],
    [
      'what a tree says of a row',
      [
        ['TreeEnsembleRegressor@ml', 'x', 'leaf', { n_targets: 1 }],
        ['LabelEncoder@ml', 'leaf', 'depth'],
        ['Reshape', 'depth pair', 'y'],
      ],
    ],
    [
      'constants worked out of others',
      [
        ['Sub', 'one bias', 'a'],
        ['ReduceSum', 'row zero', 'b', { keepdims: 0 }],
        ['Add', 'a b', 'c'],
        ['Mul', 'x c', 'y'],
      ],
    ],
    ['a sequence of both', [['SequenceConstruct', 'x z', 'y']]],
    [
      'what is constant beside it',
      [
        ['Neg', 'bias', 'b'],
        ['Constant', '', 'c', { value_ints: [1] }],
        ['ReduceSum', 'x c', 'y'],
      ],
    ],
  ])('%s', (_name, steps, outputs, opset) => {
    expect(judge(steps, outputs, opset)).toBe(true);
  });
});

describe('across rows, or nobody knows', () => {
  test.each<[string, Step[], string?, number?]>([
    [
      'several columns of a table, flat',
      [
        ['ArrayFeatureExtractor@ml', 'x padsRows', 'a'],
        ['Reshape', 'a flat', 'y'],
      ],
    ],
    [
      'two targets of each row, one below the other',
      [
        ['TreeEnsembleRegressor@ml', 'x', 'a', { n_targets: 2 }],
        ['Reshape', 'a pair', 'y'],
      ],
    ],
    [
      'constants with a value for each of some rows',
      [
        ['ReduceSum', 'classes4 one', 'a'],
        ['Add', 'column a', 'b'],
        ['Mul', 'x b', 'y'],
      ],
    ],
    [
      'a mean of all rows',
      [
        ['ReduceMean', 'x', 'a', { axes: [0] }],
        ['Sub', 'x a', 'y'],
      ],
    ],
    [
      'a sum of everything',
      [
        ['ReduceSum', 'x', 'a', {}],
        ['Add', 'x a', 'y'],
      ],
    ],
    ['running sums down the rows', [['CumSum', 'x zero', 'y']]],
    ['the largest rows', [['TopK', 'x one', 'y n', { axis: 0 }]]],
    ['softmax down the rows', [['Softmax', 'x', 'y', { axis: 0 }]]],
    ['before opset 13, all axes as one', [['Softmax', 'x', 'y', { axis: 0 }]], 'y', 12],
    ['the best row', [['ArgMax', 'x', 'y', {}]]],
    ['rows by index', [['Gather', 'x zero', 'y']]],
    ['the last rows', [['Slice', 'x zero two', 'y']]],
    ['rows cut where the rows say', [['Slice', 'x v v one', 'y']]],
    ['rows beneath rows', [['Concat', 'x z', 'y', { axis: 0 }]]],
    ['rows beside a constant', [['Concat', 'x row', 'y', { axis: 1 }]]],
    ['regrouped', [['Reshape', 't six', 'y']]],
    ['of fixed rows', [['Reshape', 'x fixed', 'y']]],
    ['all in one', [['Reshape', 'x flat', 'y']]],
    ['turned', [['Transpose', 'x', 'y', {}]]],
    [
      'rows meet rows',
      [
        ['Transpose', 'x', 'a', {}],
        ['MatMul', 'x a', 'y'],
      ],
    ],
    ['rows meet columns', [['Add', 'x v', 'y']]],
    ['rows one by one with a constant', [['Add', 'v bias', 'y']]],
    ['as many rows as a constant', [['Add', 'x column', 'y']]],
    ['weighed rows', [['MatMul', 'v matrix', 'y']]],
    ['rows of a stack', [['MatMul', 'x cube', 'y']]],
    ['a Gemm of turned rows', [['Gemm', 'x matrix', 'y', { transA: 1 }]]],
    ['a row that is padded', [['Pad', 'x padsRows', 'y']]],
    ['elements of other rows', [['GatherElements', 'x x', 'y', { axis: 0 }]]],
    ['series of which one is for all rows', [['LSTM', 't cube cube', 'y', { hidden_size: 2 }]]],
    [
      'a state that is there once',
      [
        ['Transpose', 't', 'a', { perm: [1, 0, 2] }],
        ['LSTM', 'a cube cube - - cube', 'b y', { hidden_size: 2 }],
        ['Squeeze', 'y zero', 'c'],
      ],
      'c',
    ],
    ['a learner on one row', [['Normalizer@ml', 'v', 'y']]],
    [
      'normalized while it trains',
      [['BatchNormalization', 'x bias bias bias bias', 'y', { training_mode: 1 }]],
      'y',
      14,
    ],
    ['quantized by the range of all rows', [['DynamicQuantizeLinear', 'x', 'y a b']]],
    ['chance', [['RandomNormalLike', 'x', 'y']]],
    ['what is there once', [['Unique', 'x', 'y']]],
    ['an operator of somebody else', [['Fancy@ml', 'x', 'y']]],
    [
      'an output without rows',
      [
        ['Relu', 'x', 'y'],
        ['Size', 'x', 'n'],
      ],
      'y n',
    ],
    [
      'a constant output',
      [
        ['Relu', 'x', 'y'],
        ['Neg', 'bias', 'n'],
      ],
      'y n',
    ],
    [
      'the number of rows',
      [
        ['Shape', 'x', 'a'],
        ['Cast', 'a', 'b', { to: 1 }],
        ['Add', 'x b', 'y'],
      ],
    ],
    ['a fixed first dimension', [['Relu', 'fixed2', 'y']]],
    ['a scalar beside it', [['Add', 'x lone', 'y']]],
    ['an input of any shape', [['Relu', 'any', 'y']]],
    [
      'nodes in no order',
      [
        ['Relu', 'a', 'y'],
        ['Relu', 'x', 'a'],
      ],
    ],
  ])('%s', (_name, steps, outputs, opset) => {
    expect(judge(steps, outputs, opset)).toBe(false);
  });
});

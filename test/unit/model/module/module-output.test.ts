import { describe, expect, test } from 'vitest';
import { moduleOutputs } from '../../../../src/model/module/module-output.js';
import type { Signature, TensorSpec } from '../../../../src/model/tensor/signature.js';

const Y: TensorSpec = { name: 'y', dtype: 'float32', shape: [-1, 2] };
const N: TensorSpec = { name: 'n', dtype: 'int64', shape: [-1] };

function signature(...outputs: TensorSpec[]): Signature {
  return { inputs: [{ name: 'x', dtype: 'float32', shape: [-1] }], outputs };
}

describe('one output', () => {
  const expected = { y: { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } };

  test.each([
    [
      'nested arrays',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['a typed array', Float32Array.of(1, 2, 3, 4)],
    ['a tensor without dtype', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ['a tensor', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
  ])('%s, itself or by name', (_form, value) => {
    expect(moduleOutputs('m', signature(Y), value)).toEqual(expected);
    expect(moduleOutputs('m', signature(Y), { y: value })).toEqual(expected);
  });

  test('a scalar', () => {
    const spec: TensorSpec = { name: 'y', dtype: 'int32', shape: [] };
    const expectedScalar = { y: { dtype: 'int32', shape: [], data: Int32Array.of(7) } };
    expect(moduleOutputs('m', signature(spec), 7)).toEqual(expectedScalar);
  });
});

test('several outputs come by name', () => {
  const result = { y: [[1, 2]], n: BigInt64Array.of(5n), extra: 'ignored' };
  expect(moduleOutputs('m', signature(Y, N), result)).toEqual({
    y: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) },
    n: { dtype: 'int64', shape: [1], data: BigInt64Array.of(5n) },
  });
});

const WRONG_Y = 'model "m" returned a wrong output "y"';

test.each([
  [undefined, 'model "m" returned a wrong result: expected an object with "y", "n", got nothing'],
  [5, 'model "m" returned a wrong result: expected an object with "y", "n", got 5'],
  [{ n: [1] }, `${WRONG_Y} at outputs.y: expected an array of shape [?, 2], got nothing`],
  [
    { y: [[1, 'a']] },
    `${WRONG_Y} at outputs.y[0][1]: expected a number in the range of float32, got the string "a"`,
  ],
  [{ y: Float64Array.of(1) }, `${WRONG_Y}: expected the data of float32, got a Float64Array`],
  [{ y: Float32Array.of(1) }, `${WRONG_Y}: expected a shape [-1, 2], got 1 values`],
  [
    { y: { shape: [1, 3], data: Float32Array.of(1, 2, 3) } },
    `${WRONG_Y}: expected shape [-1, 2], got [1, 3]`,
  ],
  [
    { y: { shape: [2, 2], data: Float32Array.of(1) } },
    `${WRONG_Y}: expected 4 values for shape [2, 2], got 1`,
  ],
  [
    { y: { shape: [1, 2], data: [1, 2] } },
    `${WRONG_Y}: expected the data of float32, got an array of 2`,
  ],
  [
    { y: { dtype: 'int8', shape: [1, 2], data: [] } },
    `${WRONG_Y}: expected dtype float32, got the string "int8"`,
  ],
])('%j is a MODEL_ERROR', (result, message) => {
  const run = (): unknown => moduleOutputs('m', signature(Y, N), result);
  expect(run).toThrow(expect.objectContaining({ code: 'MODEL_ERROR', message }));
});

test('a typed array cannot tell two free dimensions', () => {
  const spec: TensorSpec = { name: 'y', dtype: 'int8', shape: [-1, -1] };
  expect(() => moduleOutputs('m', signature(spec), Int8Array.of(1))).toThrow(
    'a typed array cannot tell its shape [-1, -1]; return {shape, data}',
  );
});

import { describe, expect, test } from 'vitest';
import { rowsToTensors, tensorsToRows } from '../../../../src/model/tensor/row-values.js';
import type { TensorSpec } from '../../../../src/model/tensor/signature.js';

const CLIENTS = { code: 'INVALID_INPUT', title: '', root: 'instances' } as const;
const STEPS = { code: 'MODEL_ERROR', title: 'step 1 (./a.mjs): ', root: 'predictions' } as const;
const X: TensorSpec = { name: 'x', dtype: 'float32', shape: [-1, 2] };
const N: TensorSpec = { name: 'n', dtype: 'int64', shape: [-1] };
const K: TensorSpec = { name: 'k', dtype: 'bool', shape: [-1], isOptional: true };

describe('rows to tensors', () => {
  test('of the only input', () => {
    const rows = [[1, 2], Float32Array.of(3, 4)];
    const data = Float32Array.of(1, 2, 3, 4);
    expect(rowsToTensors(rows, [X], STEPS)).toEqual({
      x: { dtype: 'float32', shape: [2, 2], data },
    });
    expect(rowsToTensors([{ x: [1, 2] }, { x: [3, 4] }], [X], STEPS).x?.data).toEqual(data);
  });

  test('of several, by name', () => {
    const tensors = rowsToTensors([{ x: [1, 2], n: 3 }], [X, N, K], CLIENTS);
    expect(Object.keys(tensors)).toEqual(['x', 'n']);
    expect(tensors.n?.data).toEqual(BigInt64Array.of(3n));
  });

  test.each([
    [[[1, 2], [3]], [X], 'input "x" at instances[1]: expected an array of 2, got an array of 1'],
    [
      [{ x: [1, 2] }],
      [X, N],
      'instances[0]: input "n" is missing; expected an object with "x", "n"',
    ],
    [[{ x: [1, 2], n: 1, o: 1 }], [X, N], 'instances[0]: unknown input "o"'],
    [[1], [X, N], 'instances[0]: expected an object with "x", "n", got 1'],
    [[{ x: [1, 2], n: 'a' }], [X, N], 'input "n" at instances[0].n: expected a whole number'],
  ])('%j', (rows, specs, reason) => {
    expect(() => rowsToTensors(rows, specs, CLIENTS)).toThrow(reason);
  });

  test('the fault of a step is no fault of the client', () => {
    const wrong = (): unknown => rowsToTensors([['a', 2]], [X], STEPS);
    expect(wrong).toThrow('step 1 (./a.mjs): input "x" at predictions[0][0]: expected a number');
    expect(wrong).toThrow(expect.objectContaining({ code: 'MODEL_ERROR' }));
  });

  test('rows of unlike lengths do not allocate what none of them has', () => {
    const spec: TensorSpec = { name: 'x', dtype: 'float64', shape: [-1, -1, -1] };
    const wide = new Array(1000).fill(0);
    const rows = [new Array(1000).fill(wide), ...new Array(100_000).fill([[]])];
    expect(() => rowsToTensors(rows, [spec], CLIENTS)).toThrow('instances[1]');
  });
});

describe('tensors to rows', () => {
  test('of the only output: the values themselves', () => {
    const y = { dtype: 'float32', shape: [2, 1, 2], data: Float32Array.of(1, 2, 3, NaN) } as const;
    expect(tensorsToRows({ y }, '')).toEqual([[[1, 2]], [[3, NaN]]]);
  });

  test('of several: objects, with the values of JSON', () => {
    const rows = tensorsToRows(
      {
        n: { dtype: 'int64', shape: [2], data: BigInt64Array.of(5n, 2n ** 60n) },
        k: { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
        s: { dtype: 'string', shape: [2, 1], data: ['a', 'b'] },
        h: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) },
      },
      '',
    );
    expect(rows).toEqual([
      { n: 5, k: true, s: ['a'], h: 1 },
      { n: '1152921504606846976', k: false, s: ['b'], h: -2 },
    ]);
  });

  test('that do not have the same rows are no rows', () => {
    const one = { dtype: 'bool', shape: [1], data: Uint8Array.of(1) } as const;
    const two = { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 1) } as const;
    expect(() => tensorsToRows({ one, two }, 'step 2: ')).toThrow(
      'step 2: its outputs have no common rows for the next step: "one" is [1], "two" is [2]',
    );
  });
});

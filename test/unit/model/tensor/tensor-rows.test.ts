import { describe, expect, it } from 'vitest';
import type { Tensor, Tensors } from '../../../../src/model/tensor/tensor.js';
import {
  commonRows,
  haveLikeRows,
  joinRows,
  sliceRows,
} from '../../../../src/model/tensor/tensor-rows.js';

function float(shape: readonly number[], ...values: number[]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}

describe('commonRows', () => {
  it.each<[string, Tensors, number | undefined]>([
    ['one tensor', { a: float([2, 1], 1, 2) }, 2],
    ['two that agree', { a: float([2], 1, 2), b: float([2, 0]) }, 2],
    ['two that do not', { a: float([2], 1, 2), b: float([1], 1) }, undefined],
    ['a scalar', { a: float([], 1) }, undefined],
    ['nothing', {}, undefined],
  ])('of %s', (_name, tensors, rows) => {
    expect(commonRows(tensors)).toBe(rows);
  });
});

describe('haveLikeRows', () => {
  const one = { a: float([2, 3], 1, 2, 3, 4, 5, 6) };
  it.each<[string, Tensors, boolean]>([
    ['more rows of the same shape', { a: float([1, 3], 1, 2, 3) }, true],
    ['rows of another width', { a: float([2, 2], 1, 2, 3, 4) }, false],
    ['another rank', { a: float([2], 1, 2) }, false],
    ['another name', { b: float([1, 3], 1, 2, 3) }, false],
  ])('%s: %s', (_name, other, expected) => {
    expect(haveLikeRows(one, other)).toBe(expected);
  });
});

describe('joinRows and sliceRows', () => {
  const parts: Tensors[] = [
    {
      numbers: float([1, 2], 1, 2),
      texts: { dtype: 'string', shape: [1], data: ['one'] },
      wholes: { dtype: 'int64', shape: [1], data: BigInt64Array.from([1n]) },
    },
    {
      numbers: float([2, 2], 3, 4, 5, 6),
      texts: { dtype: 'string', shape: [2], data: ['two', 'three'] },
      wholes: { dtype: 'int64', shape: [2], data: BigInt64Array.from([2n, 3n]) },
    },
  ];

  it('join in order', () => {
    const joined = joinRows(parts, 3);
    expect(joined.numbers).toEqual(float([3, 2], 1, 2, 3, 4, 5, 6));
    expect(joined.texts?.data).toEqual(['one', 'two', 'three']);
    expect(joined.wholes?.data).toEqual(BigInt64Array.from([1n, 2n, 3n]));
  });

  it('cut what was joined back into its parts', () => {
    const joined = joinRows(parts, 3);
    expect(sliceRows(joined, 0, 1)).toEqual(parts[0]);
    expect(sliceRows(joined, 1, 2)).toEqual(parts[1]);
  });
});

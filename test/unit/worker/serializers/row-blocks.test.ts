import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../../src/model/tensor/tensor.js';
import { RowBlocks } from '../../../../src/worker/serializers/row-blocks.js';

/** Of every size, and now and then one that JSON has no number for. */
function floats(length: number): Float64Array {
  const value = (at: number): number =>
    at % 97 === 5 ? Number.NaN : Math.sin(at) * 10 ** (at % 9);
  return Float64Array.from({ length }, (_, at) => value(at));
}

describe('RowBlocks', () => {
  it.each([
    [4096, 1],
    [410, 10],
    [1366, 3],
    [9, 511],
    [103, 41],
  ])('%i rows of %i: each as JSON.stringify writes it', (rows, width) => {
    const data = floats(rows * width);
    for (const each of [data, Float32Array.from(data)]) {
      const tensor: Tensor = { dtype: 'float64', shape: [rows, width], data: each };
      const blocks = RowBlocks.for(tensor);
      const texts = Array.from({ length: rows }, () => blocks?.next());
      const row = (at: number): string =>
        JSON.stringify(Array.from(each.subarray(at * width, (at + 1) * width)));
      expect(texts).toEqual(texts.map((_, at) => row(at)));
    }
  });

  it.each<[string, Tensor]>([
    ['few values', { dtype: 'float32', shape: [409, 10], data: new Float32Array(4090) }],
    ['long rows', { dtype: 'float32', shape: [8, 512], data: new Float32Array(4096) }],
    ['integers', { dtype: 'int32', shape: [4096, 1], data: new Int32Array(4096) }],
    ['wide integers', { dtype: 'int64', shape: [4096, 1], data: new BigInt64Array(4096) }],
    ['strings', { dtype: 'string', shape: [4096, 1], data: new Array(4096).fill('a') }],
    ['single values', { dtype: 'float32', shape: [4096], data: new Float32Array(4096) }],
    ['rows of rows', { dtype: 'float32', shape: [64, 64, 1], data: new Float32Array(4096) }],
  ])('are not for %s', (_what, tensor) => {
    expect(RowBlocks.for(tensor)).toBeUndefined();
  });
});

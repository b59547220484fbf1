import { expect, test } from 'vitest';
import type { Tensor } from '../../../../src/model/tensor/tensor.js';
import { flatToJson, tensorToJson } from './tensor-texts.js';

/** Of every size, the same each time. */
function floats(length: number): Float32Array {
  return Float32Array.from({ length }, (_, at) => Math.sin(at + 1) * 10 ** ((at % 70) - 35));
}

function nested(data: ArrayLike<number>, shape: readonly number[], from = 0): unknown {
  const [length, ...inner] = shape;
  if (length === undefined) return data[from];
  const step = inner.reduce((product, size) => product * size, 1);
  return Array.from({ length }, (_, at) => nested(data, inner, from + at * step));
}

test.each([
  [[127]],
  [[128]],
  [[512]],
  [[513]],
  [[2000]],
  [[1, 2000]],
  [[2000, 1]],
  [[12, 10]],
  [[13, 10]],
  [[1000, 10]],
  [[1001, 3]],
  [[5, 127]],
  [[5, 128]],
  [[3, 700]],
  [[4, 50, 7]],
  [[300, 1, 2]],
  [[2, 1, 300]],
])('shape %j: as JSON.stringify writes the same arrays', (shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  const data = floats(length);
  for (const each of [data, Float64Array.from(data, (value) => value / 3)]) {
    const tensor = { dtype: 'float32', shape, data: each } as const;
    expect(tensorToJson(tensor)).toBe(JSON.stringify(nested(each, shape)));
  }
});

test('whole numbers and negative zero are written as numbers', () => {
  const data = Float32Array.from({ length: 600 }, (_, at) => (at % 2 === 0 ? -0 : at));
  const tensor: Tensor = { dtype: 'float32', shape: [60, 10], data };
  expect(tensorToJson(tensor)).toBe(JSON.stringify(nested(data, [60, 10])));
});

test('of what JSON has no numbers for, many are written like few', () => {
  const data = floats(600);
  data.set([Number.NaN, Infinity, -Infinity], 590);
  for (const shape of [[600], [60, 10]]) {
    const tensor: Tensor = { dtype: 'float32', shape, data };
    expect(tensorToJson(tensor)).toBe(JSON.stringify(nested(data, shape)));
    const named = tensorToJson(tensor, 'name');
    expect(named).toContain('"NaN","Infinity","-Infinity"');
    expect(named.replaceAll('"', '').replace('NaN,Infinity,-Infinity', 'null,null,null')).toBe(
      tensorToJson(tensor),
    );
  }
  expect(flatToJson({ dtype: 'float32', shape: [60, 10], data }, 'null')).toBe(
    JSON.stringify(Array.from(data)),
  );
});

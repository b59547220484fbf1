import { expect, test } from 'vitest';
import type { Dtype, Tensor, TensorData } from '../../../../src/model/tensor/tensor.js';
import { flatToJson, rowToJson, tensorToJson } from './tensor-texts.js';

function tensor(dtype: Dtype, shape: readonly number[], data: TensorData): Tensor {
  return { dtype, shape, data };
}

test.each([
  ['bool', Uint8Array.of(1, 0), '[true,false]'],
  ['bfloat16', Uint16Array.of(0x3fc0, 0x7f80), '[1.5,null]'],
  ['float16', Uint16Array.of(0x0001, 0x7bff), '[5.960464477539063e-8,65504]'],
  ['float32', Float32Array.of(0.5, -0), '[0.5,0]'],
  ['float64', Float64Array.of(1e300, 0.1), '[1e+300,0.1]'],
  ['int8', Int8Array.of(-1, 1), '[-1,1]'],
  ['int64', BigInt64Array.of(-9223372036854775808n, 1n), '[-9223372036854775808,1]'],
  [
    'int64',
    BigInt64Array.of(2n ** 53n - 1n, 2n ** 53n + 1n),
    '[9007199254740991,9007199254740993]',
  ],
  ['uint64', BigUint64Array.of(18446744073709551615n, 0n), '[18446744073709551615,0]'],
  ['string', ['a"b', '\u2028'], '["a\\"b","\u2028"]'],
  ['float32', Float32Array.of(Number.NaN, -Infinity), '[null,null]'],
] as const)('%s', (dtype, data, text) => {
  expect(tensorToJson(tensor(dtype, [2], data as TensorData))).toBe(text);
});

test.each([
  [[], [7], '7'],
  [[1, 1, 1], [7], '[[[7]]]'],
  [[2, 3], [1, 2, 3, 4, 5, 6], '[[1,2,3],[4,5,6]]'],
  [[2, 1, 2], [1, 2, 3, 4], '[[[1,2]],[[3,4]]]'],
  [[0], [], '[]'],
  [[2, 0], [], '[[],[]]'],
  [[2, 0, 3], [], '[[],[]]'],
  [[0, 1_000_000_000], [], '[]'],
])('shape %j', (shape, values, text) => {
  expect(tensorToJson(tensor('int32', shape, Int32Array.from(values)))).toBe(text);
});

test('one row', () => {
  const data = Int32Array.of(1, 2, 3, 4, 5, 6);
  expect(rowToJson(tensor('int32', [3, 2], data), 1)).toBe('[3,4]');
  expect(rowToJson(tensor('int32', [3, 1, 2], data), 2)).toBe('[[5,6]]');
  expect(rowToJson(tensor('int32', [6], data), 5)).toBe('6');
});

test('names of what is no finite number', () => {
  const data = Float64Array.of(Number.NaN, Infinity, -Infinity, 1);
  const text = '[["NaN","Infinity"],["-Infinity",1]]';
  expect(tensorToJson(tensor('float64', [2, 2], data), 'name')).toBe(text);
  const halves = tensor('float16', [2], Uint16Array.of(0x7e00, 0xfc00));
  expect(tensorToJson(halves, 'name')).toBe('["NaN","-Infinity"]');
});

test('all values in one array', () => {
  const data = Int32Array.of(1, 2, 3, 4);
  expect(flatToJson(tensor('int32', [2, 2], data), 'name')).toBe('[1,2,3,4]');
  expect(flatToJson(tensor('int32', [], Int32Array.of(5)), 'name')).toBe('[5]');
  expect(flatToJson(tensor('float32', [1_000_000_000, 0], new Float32Array()), 'name')).toBe('[]');
});

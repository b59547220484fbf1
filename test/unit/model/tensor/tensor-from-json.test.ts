import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import type { Place } from '../../../../src/model/tensor/place.js';
import type { TensorSpec } from '../../../../src/model/tensor/signature.js';
import type { Dtype } from '../../../../src/model/tensor/tensor.js';
import { tensorFromJson, tensorOfShape } from '../../../../src/model/tensor/tensor-from-json.js';

const INPUT: Place = { code: 'INVALID_INPUT', subject: 'input "x"', root: 'instances' };
const OUTPUT: Place = { code: 'MODEL_ERROR', subject: 'output "x"', root: 'outputs.x' };

function spec(dtype: Dtype, shape: readonly number[]): TensorSpec {
  return { name: 'x', dtype, shape };
}

function read(value: unknown, dtype: Dtype, shape: readonly number[], place = INPUT): unknown {
  const tensor = tensorFromJson(value, spec(dtype, shape), place, 1000);
  return { shape: tensor.shape, data: tensor.data };
}

function faultOf(value: unknown, dtype: Dtype, shape: readonly number[], place = INPUT): string {
  try {
    tensorFromJson(value, spec(dtype, shape), place, 1000);
  } catch (error) {
    expect(error).toBeInstanceOf(RequestError);
    expect((error as RequestError).code).toBe(place.code);
    return (error as RequestError).message;
  }
  throw new Error('it was accepted');
}

describe('a value of each dtype', () => {
  test.each([
    ['bool', [true, false], Uint8Array.of(1, 0)],
    ['bfloat16', [1.5, -0, 'Infinity'], Uint16Array.of(0x3fc0, 0x8000, 0x7f80)],
    ['float16', [1.5, 65519, '-Infinity'], Uint16Array.of(0x3e00, 0x7bff, 0xfc00)],
    ['float32', [1.5, -3.4028234663852886e38], Float32Array.of(1.5, -3.4028234663852886e38)],
    ['float32', [3.4028235e38, 2n ** 60n], Float32Array.of(3.4028234663852886e38, 2 ** 60)],
    ['float32', ['NaN', '-Infinity'], Float32Array.of(Number.NaN, -Infinity)],
    ['float64', [1e308, -0, 'Infinity'], Float64Array.of(1e308, -0, Infinity)],
    ['int8', [-128, 127], Int8Array.of(-128, 127)],
    ['int16', [-32768, 32767], Int16Array.of(-32768, 32767)],
    ['int32', [-2147483648, 2147483647], Int32Array.of(-2147483648, 2147483647)],
    ['int64', [-5, '9223372036854775807'], BigInt64Array.of(-5n, 9223372036854775807n)],
    ['int64', [-(2n ** 63n)], BigInt64Array.of(-(2n ** 63n))],
    ['uint8', [0, 255], Uint8Array.of(0, 255)],
    ['uint16', [0, 65535], Uint16Array.of(0, 65535)],
    ['uint32', [0, 4294967295], Uint32Array.of(0, 4294967295)],
    ['uint64', [7, '18446744073709551615'], BigUint64Array.of(7n, 18446744073709551615n)],
    ['string', ['', 'a\u0000é'], ['', 'a\u0000é']],
  ] as const)('%s of %s', (dtype, values, data) => {
    expect(read(values, dtype, [-1])).toEqual({ shape: [values.length], data });
  });

  test.each([
    ['bool', 1, 'expected true or false, got 1'],
    ['float32', 3.5e38, 'expected a number in the range of float32, got 3.5e+38'],
    ['float16', 65520, 'expected a number in the range of float16, got 65520'],
    ['bfloat16', 3.4e38, 'expected a number in the range of bfloat16, got 3.4e+38'],
    ['float32', 'Inf', 'expected a number in the range of float32, got the string "Inf"'],
    ['float32', 10n ** 40n, `expected a number in the range of float32, got 1${'0'.repeat(40)}`],
    ['int8', 300n, 'expected a whole number from -128 to 127 (int8), got 300'],
    ['float32', null, 'expected a number in the range of float32, got null'],
    ['float32', '1', 'expected a number in the range of float32, got the string "1"'],
    ['float32', true, 'expected a number in the range of float32, got true'],
    [
      'float64',
      Infinity,
      'expected a number in the range of float64, got a number beyond ±1.8e308',
    ],
    ['float64', {}, 'expected a number in the range of float64, got an object'],
    ['int8', 128, 'expected a whole number from -128 to 127 (int8), got 128'],
    ['int16', 1.5, 'expected a whole number from -32768 to 32767 (int16), got 1.5'],
    [
      'int32',
      2 ** 31,
      'expected a whole number from -2147483648 to 2147483647 (int32), got 2147483648',
    ],
    ['uint8', -1, 'expected a whole number from 0 to 255 (uint8), got -1'],
    ['uint16', 65536, 'expected a whole number from 0 to 65535 (uint16), got 65536'],
    ['uint32', -1, 'expected a whole number from 0 to 4294967295 (uint32), got -1'],
    [
      'int64',
      2 ** 53,
      'expected a whole number, in digits, from -9223372036854775808 to 9223372036854775807 (int64), got 9007199254740992',
    ],
    [
      'uint64',
      '-1',
      'expected a whole number, in digits, from 0 to 18446744073709551615 (uint64), got the string "-1"',
    ],
    ['string', 5, 'expected a string, got 5'],
    ['string', [1, 2], 'expected a string, got an array of 2'],
  ] as const)('%s refuses %s', (dtype, value, problem) => {
    const good = { bool: true, string: 'a' }[dtype as 'bool'] ?? 0;
    expect(faultOf([good, value], dtype, [-1])).toBe(`input "x" at instances[1]: ${problem}`);
  });
});

describe('shapes', () => {
  test('a scalar', () => {
    expect(read(5, 'int32', [])).toEqual({ shape: [], data: Int32Array.of(5) });
    expect(faultOf([5], 'int32', [])).toMatch(/^input "x" at instances: expected a whole number/);
  });

  test('free dimensions take the size of the first element', () => {
    const value = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ];
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(read(value, 'float32', [-1, -1, 2])).toEqual({ shape: [1, 3, 2], data });
  });

  test.each([
    [5, [-1, 2], 'instances: expected an array of shape [?, 2], got 5'],
    [[5], [-1, 2], 'instances[0]: expected an array of shape [2], got 5'],
    [[[1, 2], 3], [-1, 2], 'instances[1]: expected an array of shape [2], got 3'],
    [[[1]], [-1, 2], 'instances[0]: expected an array of 2, got an array of 1'],
    [
      [
        [1, 2],
        [1, 2, 3],
      ],
      [-1, 2],
      'instances[1]: expected an array of 2, got an array of 3',
    ],
    [
      [[1], [1, 2]],
      [-1, -1],
      'instances[1]: expected an array of 1 as in the first, got an array of 2',
    ],
    [
      [[[1], [2]], [[3]]],
      [-1, -1, 1],
      'instances[1]: expected an array of 2 as in the first, got an array of 1',
    ],
    [[1, 2, 3], [2], 'instances: expected an array of 2, got an array of 3'],
    [
      [[], [1]],
      [-1, -1],
      'instances[1]: expected an array of 0 as in the first, got an array of 1',
    ],
    [[], [2], 'instances: expected an array of 2, got an empty array'],
    [[[]], [-1, 2], 'instances[0]: expected an array of 2, got an empty array'],
    [
      [[1, [2]]],
      [-1, 2],
      'instances[0][1]: expected a number in the range of float32, got an array of 1',
    ],
  ])('%j is not %j', (value, shape, problem) => {
    expect(faultOf(value, 'float32', shape)).toBe(`input "x" at ${problem}`);
  });

  test.each([
    [[], [-1], [0]],
    [[], [-1, 3], [0, 3]],
    [[], [-1, -1], [0, 0]],
    [
      [[], []],
      [-1, -1],
      [2, 0],
    ],
    [
      [[], []],
      [2, -1, 4],
      [2, 0, 4],
    ],
    [[], [0, 2], [0, 2]],
  ])('%j of shape %j is empty', (value, declared, shape) => {
    expect(read(value, 'float32', declared)).toEqual({ shape, data: new Float32Array() });
  });

  test('ragged arrays never allocate more than a body can hold', () => {
    const first = new Array(100_000).fill(0);
    const value = [first, ...new Array(100_000).fill([])];
    expect(faultOf(value, 'float64', [-1, -1])).toBe(
      'input "x" at instances[1]: expected an array of 100000 as in the first, got an array of 0',
    );
  });

  test('a position inside rows that are objects names the key', () => {
    const place: Place = { ...INPUT, key: 'my age' };
    expect(faultOf([[1], ['a']], 'uint8', [-1, 1], place)).toMatch(
      /^input "x" at instances\[1\]\["my age"\]\[0\]: expected/,
    );
  });

  test('a long text is not repeated in full', () => {
    expect(faultOf(['y'.repeat(5000)], 'int8', [1]).length).toBeLessThan(200);
  });
});

describe('of a given shape', () => {
  function readAs(shape: readonly number[], value: unknown): unknown {
    const tensor = tensorOfShape(value, spec('int32', shape), shape, INPUT, 1000);
    return { shape: tensor.shape, data: tensor.data };
  }

  const six = Int32Array.of(1, 2, 3, 4, 5, 6);
  test.each([
    [
      [2, 3],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      six,
    ],
    [[2, 3], [1, 2, 3, 4, 5, 6], six],
    [[6], [1, 2, 3, 4, 5, 6], six],
    [[2, 1, 3], [[[1, 2, 3]], [[4, 5, 6]]], six],
    [[], 7, Int32Array.of(7)],
    [[], [7], Int32Array.of(7)],
    [[1], [7], Int32Array.of(7)],
    [[0, 3], [], new Int32Array()],
    [[2, 0], [], new Int32Array()],
    [[2, 0], [[], []], new Int32Array()],
    [[0], [], new Int32Array()],
  ])('%j from %j', (shape, value, data) => {
    expect(readAs(shape, value)).toEqual({ shape, data });
  });

  test.each([
    [[2, 2], [1, 2, 3], 'expected 4 values for shape [2, 2], got an array of 3'],
    [[3], [1], 'expected an array of 3, got an array of 1'],
    [[2, 2], [[1, 2]], 'expected an array of 2, got an array of 1'],
    [[2, 2], [], 'expected 4 values for shape [2, 2], got an array of 0'],
    [[], [], 'expected 1 values for shape [], got an array of 0'],
    [[0, 2], [[]], 'expected an array of 0, got an array of 1'],
    [[1, 1], 5, 'expected an array of shape [1, 1], got 5'],
    [[4], 5, 'expected an array of shape [4], got 5'],
  ])('%j not from %j', (shape, value, problem) => {
    expect(() => readAs(shape, value)).toThrow(`input "x" at instances: ${problem}`);
  });

  test('the position in a flat array is the position in the body', () => {
    expect(() => readAs([2, 2], [1, 2, 3, 'x'])).toThrow('input "x" at instances[3]: expected');
  });
});

test('null is NaN where an input takes missing values, and there alone', () => {
  const taking: TensorSpec = { ...spec('float32', [-1]), takesMissing: true };
  const { data } = tensorFromJson([1, null, 'NaN'], taking, INPUT, 1000);
  expect(data).toEqual(Float32Array.of(1, Number.NaN, Number.NaN));
  expect(faultOf([1, null], 'float32', [-1])).toMatch(/got null$/);
});

test('an output may be NaN or infinite as a number, which JSON has none of', () => {
  const data = Float64Array.of(Number.NaN, Infinity);
  expect(read([Number.NaN, Infinity], 'float64', [-1], OUTPUT)).toEqual({ shape: [2], data });
  expect(faultOf(['a'], 'float64', [-1], OUTPUT)).toMatch(
    /^output "x" at outputs\.x\[0\]: expected/,
  );
});

import { describe, expect, test } from 'vitest';
import {
  bfloat16Bits,
  bfloat16Value,
  float16Bits,
  float16Value,
} from '../../../../src/model/tensor/half-float.js';

const FORMATS = [
  ['float16', float16Bits, float16Value, 0x7c00],
  ['bfloat16', bfloat16Bits, bfloat16Value, 0x7f80],
] as const;

describe.each(FORMATS)('%s', (_name, toBits, toValue, infinity) => {
  test('every value goes to its bits and back', () => {
    const astray: number[] = [];
    for (let bits = 0; bits < 0x10000; bits++) {
      const isNan = (bits & 0x7fff) > infinity;
      if (!isNan && toBits(toValue(bits)) !== bits) astray.push(bits);
      if (isNan && !Number.isNaN(toValue(bits))) astray.push(bits);
    }
    expect(astray).toEqual([]);
    expect(toValue(toBits(Number.NaN))).toBeNaN();
  });

  test('what lies between two values goes to the nearer one, a tie to the even one', () => {
    const astray: number[] = [];
    for (let bits = 0; bits < infinity - 1; bits++) {
      const low = toValue(bits);
      const high = toValue(bits + 1);
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const nearLow = low + (high - low) * 0.499;
      const nearHigh = low + (high - low) * 0.501;
      const got = [toBits(nearLow), toBits(middle), toBits(nearHigh), toBits(-middle)];
      const expected = [bits, even, bits + 1, even | 0x8000];
      if (expected.some((value, index) => got[index] !== value)) astray.push(bits);
    }
    expect(astray).toEqual([]);
  });
});

test.each([
  [float16Bits, 65519.99, 0x7bff],
  [float16Bits, 65520, 0x7c00],
  [float16Bits, -1e300, 0xfc00],
  [float16Bits, 2 ** -25, 0],
  [float16Bits, 2 ** -25 * 1.0001, 1],
  // By way of a float32 this would be rounded to 2049 first and then to 2048.
  [float16Bits, 2049 + 2 ** -40, 0x6801],
  [bfloat16Bits, 2 ** 128 - 2 ** 119, 0x7f80],
  [bfloat16Bits, 3.39e38, 0x7f7f],
  [bfloat16Bits, 5e-324, 0],
])('%s of %d', (toBits, value, bits) => {
  expect(toBits(value)).toBe(bits);
});

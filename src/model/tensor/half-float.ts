/**
 * The two floating-point formats of 16 bits, which Node 20 has no array for: their raw bits from
 * a number and back. Rounding goes from the double straight to the format, to the nearest and
 * ties to even: by way of a float32 some values would be rounded twice.
 */

type Format = {
  /** Bits behind the point. */
  readonly fractionBits: number;
  /** What the exponent is stored with; the smallest normal number is 2^(1 − bias). */
  readonly bias: number;
  readonly infinity: number;
  readonly nan: number;
  /** The smallest number that rounds to infinity. */
  readonly limit: number;
};

const FLOAT16: Format = {
  fractionBits: 10,
  bias: 15,
  infinity: 0x7c00,
  nan: 0x7e00,
  limit: 65520,
};
const BFLOAT16: Format = {
  fractionBits: 7,
  bias: 127,
  infinity: 0x7f80,
  nan: 0x7fc0,
  limit: 2 ** 128 - 2 ** 119,
};

export const FLOAT16_LIMIT: number = FLOAT16.limit;
export const BFLOAT16_LIMIT: number = BFLOAT16.limit;

const SIGN = 0x8000;
/** Adding and taking it away again leaves a smaller positive number rounded, ties to even. */
const ROUNDER = 2 ** 52;

// A double and its two halves; every platform a runtime of ours exists for is little-endian.
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** Infinity from 65520 on. */
export function float16Bits(value: number): number {
  return bitsOf(value, FLOAT16);
}

/** Infinity from 2^128 − 2^119 (about 3.396e38) on. */
export function bfloat16Bits(value: number): number {
  return bitsOf(value, BFLOAT16);
}

export function float16Value(bits: number): number {
  const sign = (bits & SIGN) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A bfloat16 is the upper half of a float32. */
export function bfloat16Value(bits: number): number {
  singleBits[0] = bits << 16;
  return single[0] ?? 0;
}

function bitsOf(value: number, { fractionBits, bias, infinity, nan, limit }: Format): number {
  if (Number.isNaN(value)) return nan;
  double[0] = value;
  const high = halves[1] ?? 0;
  const sign = high >>> 31 === 0 ? 0 : SIGN;
  const size = Math.abs(value);
  if (size >= limit) return sign | infinity;
  // Below the smallest normal number the exponent stays, and leading bits are lost.
  const exponent = Math.max(((high >>> 20) & 0x7ff) - 1023, 1 - bias);
  const fraction = size * 2 ** (fractionBits - exponent) + ROUNDER - ROUNDER;
  // The leading one of a normal number carries into the exponent, and so does rounding up.
  return sign | (((exponent + bias - 1) << fractionBits) + fraction);
}

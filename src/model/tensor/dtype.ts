/** What each dtype holds, in memory and in JSON. */
import { BFLOAT16_LIMIT, FLOAT16_LIMIT } from './half-float.js';
import { Slab } from './slab.js';
import type { Dtype, TensorData } from './tensor.js';

/** Larger arrays have memory of their own. */
const MOST_SHARED_BYTES = 4 * 1024;
const slab = new Slab();

const ARRAYS = {
  bool: Uint8Array,
  bfloat16: Uint16Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
} as const satisfies Record<SizedDtype, unknown>;

export const DTYPES: readonly Dtype[] = [...(Object.keys(ARRAYS) as Dtype[]), 'string'];

export function isDtype(name: unknown): name is Dtype {
  return typeof name === 'string' && (DTYPES as readonly string[]).includes(name);
}

/** Memory for `length` values: zeros, `false`, or holes to be filled with strings. */
export function allocate(dtype: Dtype, length: number): TensorData {
  // Filled at once, because a string tensor with holes is not what a runtime takes.
  if (dtype === 'string') return new Array<string>(length).fill('');
  const Data = ARRAYS[dtype];
  const bytes = length * Data.BYTES_PER_ELEMENT;
  if (bytes > MOST_SHARED_BYTES) return new Data(length);
  const offset = slab.reserve(bytes);
  return new Data(slab.buffer, offset, length);
}

/** Dtypes whose values all have the same size. */
export type SizedDtype = Exclude<Dtype, 'string'>;

export function bytesPerValue(dtype: SizedDtype): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/**
 * The values that `bytes` hold, little-endian as every platform of ours: a view of them where
 * they lie at a multiple of the value's size, else a copy. Their number must come out even.
 */
export function valuesIn(dtype: SizedDtype, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const Data = ARRAYS[dtype];
  const length = bytes.byteLength / Data.BYTES_PER_ELEMENT;
  if (bytes.byteOffset % Data.BYTES_PER_ELEMENT === 0) {
    return new Data(bytes.buffer, bytes.byteOffset, length);
  }
  return new Data(new Uint8Array(bytes).buffer, 0, length);
}

/** Whether `data` is the kind of array that holds this dtype. */
export function holds(dtype: Dtype, data: unknown): data is TensorData {
  if (dtype === 'string') return Array.isArray(data);
  return data instanceof ARRAYS[dtype];
}

export type FloatDtype = 'bfloat16' | 'float16' | 'float32' | 'float64';

/** Dtypes whose values are whole JSON numbers and nothing else. */
type IntegerDtype = Exclude<Dtype, FloatDtype | 'bool' | 'string' | 'int64' | 'uint64'>;

/**
 * The smallest size of a number that would become infinite in this dtype. A little more than its
 * largest value rounds to that: 3.4028235e38, as most print the largest float32, is no overflow.
 */
export const FLOAT_LIMITS: Readonly<Record<FloatDtype, number>> = {
  bfloat16: BFLOAT16_LIMIT,
  float16: FLOAT16_LIMIT,
  float32: 2 ** 128 - 2 ** 103,
  float64: Infinity,
};

/** Smallest and largest value a JSON number may have for this dtype. */
export const NUMBER_RANGES: Readonly<Record<IntegerDtype, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 4294967295],
};

export const BIGINT_RANGES: Readonly<Record<'int64' | 'uint64', readonly [bigint, bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** What a JSON value must be to become one value of this dtype; follows "expected". */
export function expectedValue(dtype: Dtype): string {
  switch (dtype) {
    case 'bool':
      return 'true or false';
    case 'string':
      return 'a string';
    case 'bfloat16':
    case 'float16':
    case 'float32':
    case 'float64':
      return `a number in the range of ${dtype}`;
    case 'int64':
    case 'uint64': {
      const [least, most] = BIGINT_RANGES[dtype];
      return `a whole number, in digits, from ${least} to ${most} (${dtype})`;
    }
    default: {
      const [least, most] = NUMBER_RANGES[dtype];
      return `a whole number from ${least} to ${most} (${dtype})`;
    }
  }
}

/** What each dtype holds, in memory and in JSON. */
import { Slab } from './slab.js';
import type { Dtype, TensorData } from './tensor.js';

/** Larger arrays have memory of their own. */
const MOST_SHARED_BYTES = 4 * 1024;
const slab = new Slab();

const ARRAYS = {
  bool: Uint8Array,
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
} as const satisfies Record<Exclude<Dtype, 'string'>, unknown>;

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

/** Whether `data` is the kind of array that holds this dtype. */
export function holds(dtype: Dtype, data: unknown): data is TensorData {
  if (dtype === 'string') return Array.isArray(data);
  return data instanceof ARRAYS[dtype];
}

/** Dtypes whose values are JSON numbers and nothing else. */
type NumberDtype = Exclude<Dtype, 'bool' | 'string' | 'int64' | 'uint64'>;

/** Smallest and largest value a JSON number may have for this dtype. */
export const NUMBER_RANGES: Readonly<Record<NumberDtype, readonly [number, number]>> = {
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
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
    case 'float32':
    case 'float64':
      return `a number in the range of ${dtype}`;
    case 'int64':
    case 'uint64': {
      const [least, most] = BIGINT_RANGES[dtype];
      return `a whole number from ${least} to ${most} (${dtype}; as a string of digits beyond ±9007199254740991)`;
    }
    default: {
      const [least, most] = NUMBER_RANGES[dtype];
      return `a whole number from ${least} to ${most} (${dtype})`;
    }
  }
}

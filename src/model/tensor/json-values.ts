/**
 * The innermost loops of reading a tensor: an array of JSON values into a part of the tensor's
 * memory. They return the position of the first value that does not fit, or −1, and build no
 * message: what is wrong is worked out only when something is.
 */
import { BIGINT_RANGES, FLOAT_LIMITS, type FloatDtype, NUMBER_RANGES } from './dtype.js';
import { bfloat16Bits, float16Bits } from './half-float.js';
import type { Dtype, TensorData } from './tensor.js';

/** Writes `values` from `offset` on; the position of the first that does not fit, or −1. */
export type WriteValues = (values: readonly unknown[], data: TensorData, offset: number) => number;

const DIGITS = /^-?\d{1,20}$/;

/** JSON has no numbers for these: their names stand for them. */
const NON_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);
const MISSING: ReadonlyMap<unknown, number> = new Map([...NON_FINITE, [null, Number.NaN]]);

const INPUT_WRITERS: Readonly<Record<Dtype, WriteValues>> = {
  bool: writeBooleans,
  ...floatWriters(NON_FINITE),
  int8: integerWriter(NUMBER_RANGES.int8),
  int16: integerWriter(NUMBER_RANGES.int16),
  int32: integerWriter(NUMBER_RANGES.int32),
  int64: bigintWriter(BIGINT_RANGES.int64),
  uint8: integerWriter(NUMBER_RANGES.uint8),
  uint16: integerWriter(NUMBER_RANGES.uint16),
  uint32: integerWriter(NUMBER_RANGES.uint32),
  uint64: bigintWriter(BIGINT_RANGES.uint64),
  string: writeStrings,
};

const MISSING_WRITERS: Readonly<Record<Dtype, WriteValues>> = {
  ...INPUT_WRITERS,
  ...floatWriters(MISSING),
};

/** What a model returns may hold NaN and infinity as numbers; in JSON there are none. */
const OUTPUT_WRITERS: Readonly<Record<Dtype, WriteValues>> = {
  ...INPUT_WRITERS,
  bfloat16: anyHalfWriter(bfloat16Bits),
  float16: anyHalfWriter(float16Bits),
  float32: writeAnyNumbers,
  float64: writeAnyNumbers,
};

/** @param takesMissing whether `null` is a value, of floating-point dtypes only */
export function inputWriter(dtype: Dtype, takesMissing: boolean): WriteValues {
  return takesMissing ? MISSING_WRITERS[dtype] : INPUT_WRITERS[dtype];
}

export function outputWriter(dtype: Dtype): WriteValues {
  return OUTPUT_WRITERS[dtype];
}

function floatWriters(others: ReadonlyMap<unknown, number>): Record<FloatDtype, WriteValues> {
  return {
    bfloat16: halfWriter(bfloat16Bits, FLOAT_LIMITS.bfloat16, others),
    float16: halfWriter(float16Bits, FLOAT_LIMITS.float16, others),
    float32: floatWriter(FLOAT_LIMITS.float32, others),
    float64: floatWriter(FLOAT_LIMITS.float64, others),
  };
}

/** @param others the values that are no finite number and what they mean */
function floatWriter(limit: number, others: ReadonlyMap<unknown, number>): WriteValues {
  return (values, data, offset) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      // Written this way round, NaN and infinity fail as well.
      if (typeof value === 'number' && Math.abs(value) < limit) {
        data[offset + i] = value;
        continue;
      }
      const meant = unusualNumber(value, limit, others);
      if (meant === undefined) return i;
      data[offset + i] = meant;
    }
    return -1;
  };
}

function halfWriter(
  toBits: (value: number) => number,
  limit: number,
  others: ReadonlyMap<unknown, number>,
): WriteValues {
  return (values, data, offset) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const isPlain = typeof value === 'number' && Math.abs(value) < limit;
      const meant = isPlain ? value : unusualNumber(value, limit, others);
      if (meant === undefined) return i;
      data[offset + i] = toBits(meant);
    }
    return -1;
  };
}

/** A whole number beyond ±2^53 may have been read exactly, for another input of the same body. */
function unusualNumber(
  value: unknown,
  limit: number,
  others: ReadonlyMap<unknown, number>,
): number | undefined {
  if (typeof value !== 'bigint') return others.get(value);
  const nearest = Number(value);
  return Math.abs(nearest) < limit ? nearest : undefined;
}

function writeAnyNumbers(values: readonly unknown[], data: TensorData, offset: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') return i;
    data[offset + i] = value;
  }
  return -1;
}

function anyHalfWriter(toBits: (value: number) => number): WriteValues {
  return (values, data, offset) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value !== 'number') return i;
      data[offset + i] = toBits(value);
    }
    return -1;
  };
}

function integerWriter([least, most]: readonly [number, number]): WriteValues {
  return (values, data, offset) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value !== 'number' || !Number.isInteger(value)) return i;
      if (value < least || value > most) return i;
      data[offset + i] = value;
    }
    return -1;
  };
}

function bigintWriter(range: readonly [bigint, bigint]): WriteValues {
  return (values, data, offset) => {
    for (let i = 0; i < values.length; i++) {
      const value = toBigint(values[i]);
      if (value === undefined || value < range[0] || value > range[1]) return i;
      data[offset + i] = value;
    }
    return -1;
  };
}

/** A number beyond ±(2^53 − 1) has lost its last digits: a string or a bigint has them. */
function toBigint(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && DIGITS.test(value) ? BigInt(value) : undefined;
}

function writeBooleans(values: readonly unknown[], data: TensorData, offset: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'boolean') return i;
    data[offset + i] = value ? 1 : 0;
  }
  return -1;
}

function writeStrings(values: readonly unknown[], data: TensorData, offset: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'string') return i;
    data[offset + i] = value;
  }
  return -1;
}

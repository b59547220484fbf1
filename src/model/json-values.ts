/**
 * The innermost loops of reading a tensor: an array of JSON values into a part of the tensor's
 * memory. They return the position of the first value that does not fit, or −1, and build no
 * message: what is wrong is worked out only when something is.
 */
import { BIGINT_RANGES, NUMBER_RANGES } from './dtype.js';
import type { Dtype, TensorData } from './tensor.js';

/** Writes `values` from `offset` on; the position of the first that does not fit, or −1. */
export type WriteValues = (values: readonly unknown[], data: TensorData, offset: number) => number;

const DIGITS = /^-?\d{1,20}$/;

const INPUT_WRITERS: Readonly<Record<Dtype, WriteValues>> = {
  bool: writeBooleans,
  float32: floatWriter(NUMBER_RANGES.float32[1]),
  float64: floatWriter(NUMBER_RANGES.float64[1]),
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

/** What a model returns may hold NaN and infinity (`null` in the reply); what it gets may not. */
const OUTPUT_WRITERS: Readonly<Record<Dtype, WriteValues>> = {
  ...INPUT_WRITERS,
  float32: writeAnyNumbers,
  float64: writeAnyNumbers,
};

export function inputWriter(dtype: Dtype): WriteValues {
  return INPUT_WRITERS[dtype];
}

export function outputWriter(dtype: Dtype): WriteValues {
  return OUTPUT_WRITERS[dtype];
}

function floatWriter(most: number): WriteValues {
  return (values, data, offset) => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      // Written this way round, NaN and infinity fail as well.
      if (typeof value !== 'number' || !(Math.abs(value) <= most)) return i;
      data[offset + i] = value;
    }
    return -1;
  };
}

function writeAnyNumbers(values: readonly unknown[], data: TensorData, offset: number): number {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') return i;
    data[offset + i] = value;
  }
  return -1;
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

/** A JSON number beyond ±(2^53 − 1) has lost its last digits already: only a string is exact. */
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

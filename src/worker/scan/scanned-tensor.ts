/** Tensors out of a body's bytes, where its numbers are as plain as nearly all are. */
import { allocate, FLOAT_LIMITS, NUMBER_RANGES } from '../../model/tensor/dtype.js';
import { bfloat16Bits, float16Bits } from '../../model/tensor/half-float.js';
import type { TensorSpec } from '../../model/tensor/signature.js';
import type { Tensor, TensorData } from '../../model/tensor/tensor.js';
import { GAVE_UP, NumberScan, type WantedAs } from './number-scan.js';
import { WordScan } from './word-scan.js';

/** Reused by every request: reading one is one synchronous call. */
const scan = new NumberScan();
const wordScan = new WordScan();

/** Where the arrays of a tensor end, and what they hold. */
export type ScannedTensor = { readonly tensor: Tensor; readonly end: number };

/** Numbers of a tensor without a shape of its own: that of its brackets may be another. */
export type ScannedNumbers = {
  readonly data: TensorData;
  /** Of the brackets, the outermost first. */
  readonly sizes: readonly number[];
  readonly end: number;
};

/** Undefined: what it is, or what is wrong with it, only the reading of JSON values can tell. */
export function scannedTensor(
  bytes: Buffer,
  at: number,
  spec: TensorSpec,
): ScannedTensor | undefined {
  const { dtype, shape } = spec;
  if (shape.length === 0) return undefined;
  if (!isScannable(spec)) return scannedWords(bytes, at, spec);
  const numbers = scannedNumbers(bytes, at, spec, shape.length);
  if (numbers === undefined || !fits(numbers.sizes, shape)) return undefined;
  return { tensor: { dtype, shape: numbers.sizes, data: numbers.data }, end: numbers.end };
}

/** Of strings or booleans. */
function scannedWords(bytes: Buffer, at: number, spec: TensorSpec): ScannedTensor | undefined {
  const { dtype, shape } = spec;
  wordScan.begin(shape.length, dtype === 'bool');
  const end = wordScan.next(bytes, at);
  const sizes = wordScan.sizes.slice();
  if (end === GAVE_UP || containers(sizes) > MOST_CONTAINERS || !fits(sizes, shape)) {
    return undefined;
  }
  return { tensor: { dtype, shape: sizes, data: wordsOf(spec, wordScan) }, end };
}

/** The values of a tensor of strings or booleans. */
export function wordsOf({ dtype }: TensorSpec, { values }: Pick<WordScan, 'values'>): TensorData {
  return dtype === 'bool' ? Uint8Array.from(values as number[]) : (values as string[]);
}

/** @param depth of brackets, from 1 on */
export function scannedNumbers(
  bytes: Uint8Array,
  at: number,
  spec: TensorSpec,
  depth: number,
): ScannedNumbers | undefined {
  if (!isScannable(spec)) return undefined;
  const end = scan.read(bytes, at, depth, wantedAs(spec), spec.takesMissing === true);
  if (end === GAVE_UP || containers(scan.sizes) > MOST_CONTAINERS) return undefined;
  const data = dataOf(spec, scan);
  const sizes = scan.sizes.slice();
  scan.rest();
  return data && { data, sizes, end };
}

/** A bound on arrays in a body is the reading of JSON values to judge; no usual body comes near it. */
export const MOST_CONTAINERS = 1_000_000;

/** How many arrays those of such sizes are. */
export function containers(sizes: readonly number[]): number {
  let all = 1;
  let ofLevel = 1;
  for (let level = 0; level < sizes.length - 1; level++) {
    ofLevel *= sizes[level] as number;
    all += ofLevel;
  }
  return all;
}

/** Whether its values are numbers. */
export function isScannable({ dtype }: TensorSpec): boolean {
  return SCANNED.has(dtype);
}

export function wantedAs({ dtype }: TensorSpec): WantedAs {
  if (dtype === 'int64' || dtype === 'uint64') return 'wide';
  return dtype === 'float32' ? dtype : 'float64';
}

const SCANNED: ReadonlySet<string> = new Set([
  ...['float32', 'float64', 'float16', 'bfloat16', 'int64', 'uint64'],
  ...['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'],
]);

export function fits(sizes: readonly number[], shape: readonly number[]): boolean {
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] !== -1 && shape[i] !== sizes[i]) return false;
  }
  return true;
}

type Numbers = Pick<NumberScan, 'values' | 'length' | 'wide'>;

const WORD: number = 2 ** 32;

/** Undefined where some value is none of the dtype. */
export function dataOf({ dtype }: TensorSpec, numbers: Numbers): TensorData | undefined {
  const { values, length } = numbers;
  switch (dtype) {
    case 'float32':
    case 'float64': {
      const data = allocate(dtype, length) as Float32Array | Float64Array;
      return floats(values, length, FLOAT_LIMITS[dtype], data) ? data : undefined;
    }
    case 'float16':
    case 'bfloat16': {
      const data = allocate(dtype, length) as Uint16Array;
      const toBits = dtype === 'float16' ? float16Bits : bfloat16Bits;
      return halves(values, length, FLOAT_LIMITS[dtype], toBits, data) ? data : undefined;
    }
    case 'int64':
    case 'uint64': {
      const data = allocate(dtype, length) as BigInt64Array<ArrayBuffer>;
      return wideIntegers(numbers, dtype === 'int64', data) ? data : undefined;
    }
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32': {
      const data = allocate(dtype, length) as Int32Array;
      return integers(values, length, NUMBER_RANGES[dtype], data) ? data : undefined;
    }
    default:
      return undefined;
  }
}

function floats(
  values: Float64Array,
  length: number,
  limit: number,
  data: Float32Array | Float64Array,
): boolean {
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    // Written this way round, NaN passes: it stands for `null`, and is no number.
    if (value >= limit || value <= -limit) return false;
    data[i] = value;
  }
  return true;
}

function halves(
  values: Float64Array,
  length: number,
  limit: number,
  toBits: (value: number) => number,
  data: Uint16Array,
): boolean {
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    if (value >= limit || value <= -limit) return false;
    data[i] = toBits(value);
  }
  return true;
}

function integers(
  values: Float64Array,
  length: number,
  [least, most]: readonly [number, number],
  data: Int32Array,
): boolean {
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    if (!Number.isInteger(value) || value < least || value > most) return false;
    data[i] = value;
  }
  return true;
}

/** By halves, without a bigint for each: little-endian, as every platform of ours. */
function wideIntegers(
  { values, length, wide }: Numbers,
  isSigned: boolean,
  data: BigInt64Array<ArrayBuffer>,
): boolean {
  const words = new Uint32Array(data.buffer, data.byteOffset, length * 2);
  let wides = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    if (Number.isSafeInteger(value)) {
      if (value < 0 && !isSigned) return false;
      words[2 * i] = value >>> 0;
      words[2 * i + 1] = Math.floor(value / WORD);
    } else if (!wide.write(wides++, i, isSigned, words)) {
      return false;
    }
  }
  return true;
}

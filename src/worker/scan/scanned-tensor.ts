/** Tensors out of a body's bytes, where its numbers are as plain as nearly all are. */
import { allocate, FLOAT_LIMITS, NUMBER_RANGES } from '../../model/tensor/dtype.js';
import type { TensorSpec } from '../../model/tensor/signature.js';
import type { Tensor, TensorData } from '../../model/tensor/tensor.js';
import { GAVE_UP, NumberScan } from './number-scan.js';

/** Reused by every request: reading one is one synchronous call. */
const scan = new NumberScan();

/** Where the arrays of a tensor end, and what they hold. */
export type ScannedTensor = { readonly tensor: Tensor; readonly end: number };

/** Undefined: what it is, or what is wrong with it, only the reading of JSON values can tell. */
export function scannedTensor(
  bytes: Uint8Array,
  at: number,
  spec: TensorSpec,
): ScannedTensor | undefined {
  const { dtype, shape } = spec;
  const depth = shape.length;
  if (depth === 0 || !SCANNED.has(dtype)) return undefined;
  const end = scan.read(bytes, at, depth, dtype === 'float32', spec.takesMissing === true);
  if (end === GAVE_UP || !fits(scan.sizes, shape)) return undefined;
  const data = dataOf(spec);
  scan.rest();
  return data && { tensor: { dtype, shape: scan.sizes.slice(), data }, end };
}

const SCANNED: ReadonlySet<string> = new Set([
  ...['float32', 'float64', 'int64'],
  ...['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'],
]);

function fits(sizes: readonly number[], shape: readonly number[]): boolean {
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] !== -1 && shape[i] !== sizes[i]) return false;
  }
  return true;
}

function dataOf({ dtype }: TensorSpec): TensorData | undefined {
  const { values, length } = scan;
  switch (dtype) {
    case 'float32':
    case 'float64': {
      const data = allocate(dtype, length) as Float32Array | Float64Array;
      return floats(values, length, FLOAT_LIMITS[dtype], data) ? data : undefined;
    }
    case 'int64': {
      const data = allocate(dtype, length) as BigInt64Array<ArrayBuffer>;
      return wideIntegers(values, length, data) ? data : undefined;
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
  values: Float64Array,
  length: number,
  data: BigInt64Array<ArrayBuffer>,
): boolean {
  const halves = new Uint32Array(data.buffer, data.byteOffset, length * 2);
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    if (!Number.isSafeInteger(value)) return false;
    halves[2 * i] = value >>> 0;
    halves[2 * i + 1] = Math.floor(value / 2 ** 32);
  }
  return true;
}

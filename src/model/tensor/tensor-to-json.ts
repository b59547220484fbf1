/**
 * Tensors as JSON text. Few numbers are written in a loop over the typed array: `JSON.stringify` of
 * a copy costs half as much again for a row of ten numbers. Of many it costs a third (number-blocks.ts).
 */
import { bfloat16Value, float16Value } from './half-float.js';
import { areFloats, floatRowsToJson, floatsToJson, LEAST_VALUES } from './number-blocks.js';
import type { Tensor, TensorData } from './tensor.js';

/**
 * How NaN and the infinities are written, which JSON has no numbers for: all as `null`, or as the
 * strings "NaN", "Infinity" and "-Infinity", which a request may hold as well.
 */
export type NonFinite = 'null' | 'name';

/** The whole tensor as nested arrays; a scalar as a bare value. */
export function tensorToJson(tensor: Tensor, nonFinite: NonFinite = 'null'): string {
  return levelToJson(tensor, 0, 0, nonFinite);
}

/** Row `row` along the first dimension. */
export function rowToJson(tensor: Tensor, row: number): string {
  return levelToJson(tensor, 1, row * innerSize(tensor.shape, 0), 'null');
}

/** All values in one array, row by row; of a scalar, an array of one. */
export function flatToJson(tensor: Tensor, nonFinite: NonFinite): string {
  return `[${valuesToJson(tensor, 0, tensor.data.length, nonFinite)}]`;
}

/** Values in one element of dimension `depth`. */
function innerSize(shape: readonly number[], depth: number): number {
  let size = 1;
  for (let i = depth + 1; i < shape.length; i++) size *= shape[i] ?? 1;
  return size;
}

function levelToJson(tensor: Tensor, depth: number, offset: number, nonFinite: NonFinite): string {
  const { shape, data } = tensor;
  if (depth === shape.length) return valuesToJson(tensor, offset, offset + 1, nonFinite);
  const length = shape[depth] ?? 0;
  if (depth === shape.length - 1) {
    return `[${valuesToJson(tensor, offset, offset + length, nonFinite)}]`;
  }
  if (data.length === 0) return emptyToJson(shape, depth);
  const step = innerSize(shape, depth);
  if (depth === shape.length - 2 && length * step >= LEAST_VALUES && step < LEAST_VALUES) {
    const text = areFloats(data) && floatRowsToJson(data, offset, length, step, nonFinite);
    if (typeof text === 'string') return text;
  }
  let text = '[';
  for (let i = 0; i < length; i++) {
    if (i > 0) text += ',';
    text += levelToJson(tensor, depth + 1, offset + i * step, nonFinite);
  }
  return `${text}]`;
}

/** A tensor without values still has its outer arrays: shape [2, 0] is `[[],[]]`. */
function emptyToJson(shape: readonly number[], depth: number): string {
  const length = shape[depth] ?? 0;
  if (length === 0) return '[]';
  return `[${new Array<string>(length).fill(emptyToJson(shape, depth + 1)).join(',')}]`;
}

function valuesToJson(
  { dtype, data }: Tensor,
  from: number,
  to: number,
  nonFinite: NonFinite,
): string {
  switch (dtype) {
    case 'string':
      return joined(data, from, to, JSON.stringify);
    case 'bool':
      return joined(data, from, to, booleanToJson);
    case 'int64':
    case 'uint64':
      return joined(data, from, to, wholeToJson);
    case 'float16':
      return joined(data, from, to, (bits) => numberToJson(float16Value(Number(bits)), nonFinite));
    case 'bfloat16':
      return joined(data, from, to, (bits) => numberToJson(bfloat16Value(Number(bits)), nonFinite));
    default:
      return numbersToJson(data as Exclude<TensorData, string[]>, from, to, nonFinite);
  }
}

function numbersToJson(
  data: Exclude<TensorData, string[]>,
  from: number,
  to: number,
  nonFinite: NonFinite,
): string {
  if (to - from >= LEAST_VALUES && areFloats(data)) {
    const text = floatsToJson(data, from, to, nonFinite);
    if (text !== undefined) return text;
  }
  let text = '';
  for (let i = from; i < to; i++) {
    const value = Number(data[i]);
    if (i > from) text += ',';
    // Infinities and NaN subtracted from themselves are no 0: one test tells them apart.
    text += value - value === 0 ? value : numberToJson(value, nonFinite);
  }
  return text;
}

function numberToJson(value: number, nonFinite: NonFinite): string {
  if (Number.isFinite(value)) return String(value);
  return nonFinite === 'null' ? 'null' : `"${value}"`;
}

/** A number is told faster than a bigint, and the same where it holds it exactly. */
function wholeToJson(value: unknown): string {
  const near = Number(value);
  return Number.isSafeInteger(near) ? String(near) : String(value);
}

function booleanToJson(value: unknown): string {
  return value === 0 ? 'false' : 'true';
}

function joined(
  data: TensorData,
  from: number,
  to: number,
  format: (value: unknown) => string,
): string {
  let text = '';
  for (let i = from; i < to; i++) {
    if (i > from) text += ',';
    text += format(data[i]);
  }
  return text;
}

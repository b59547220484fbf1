/**
 * Tensors as JSON text. A loop over the typed array: `JSON.stringify` of a copy costs half as
 * much again for a row of ten numbers, and writes −0 no better.
 */
import type { Tensor, TensorData } from './tensor.js';

/** The whole tensor as nested arrays; a scalar as a bare value. */
export function tensorToJson(tensor: Tensor): string {
  return levelToJson(tensor, 0, 0);
}

/** Row `row` along the first dimension. */
export function rowToJson(tensor: Tensor, row: number): string {
  return levelToJson(tensor, 1, row * innerSize(tensor.shape, 0));
}

/** Values in one element of dimension `depth`. */
function innerSize(shape: readonly number[], depth: number): number {
  let size = 1;
  for (let i = depth + 1; i < shape.length; i++) size *= shape[i] ?? 1;
  return size;
}

function levelToJson(tensor: Tensor, depth: number, offset: number): string {
  const { shape, data } = tensor;
  if (depth === shape.length) return valuesToJson(tensor, offset, offset + 1);
  const length = shape[depth] ?? 0;
  if (depth === shape.length - 1) return `[${valuesToJson(tensor, offset, offset + length)}]`;
  if (data.length === 0) return emptyToJson(shape, depth);
  const step = innerSize(shape, depth);
  let text = '[';
  for (let i = 0; i < length; i++) {
    if (i > 0) text += ',';
    text += levelToJson(tensor, depth + 1, offset + i * step);
  }
  return `${text}]`;
}

/** A tensor without values still has its outer arrays: shape [2, 0] is `[[],[]]`. */
function emptyToJson(shape: readonly number[], depth: number): string {
  if (depth === shape.length) return '';
  const inner = emptyToJson(shape, depth + 1);
  return `[${new Array<string>(shape[depth] ?? 0).fill(inner).join(',')}]`;
}

function valuesToJson({ dtype, data }: Tensor, from: number, to: number): string {
  if (dtype === 'string') return joined(data, from, to, JSON.stringify);
  if (dtype === 'bool') return joined(data, from, to, booleanToJson);
  if (dtype === 'int64' || dtype === 'uint64') return joined(data, from, to, String);
  return numbersToJson(data as Exclude<TensorData, string[]>, from, to);
}

function numbersToJson(data: Exclude<TensorData, string[]>, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) {
    const value = Number(data[i]);
    if (i > from) text += ',';
    // JSON has no NaN and no infinity: subtracting them from themselves tells them apart.
    text += value - value === 0 ? value : 'null';
  }
  return text;
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

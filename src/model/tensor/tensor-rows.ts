/** Tensors as stacks of rows: joined along the first dimension, and cut apart again. */

import { allocate } from './dtype.js';
import type { Tensor, TensorData, Tensors } from './tensor.js';
import { lengthOf } from './tensor.js';

/** Rows that all these tensors have; undefined when they do not agree, or one is a scalar. */
export function commonRows(tensors: Tensors): number | undefined {
  let rows: number | undefined;
  for (const name in tensors) {
    const first = tensors[name]?.shape[0];
    if (first === undefined || (rows !== undefined && rows !== first)) return undefined;
    rows = first;
  }
  return rows;
}

/** True when both have the same tensors, alike in everything but the number of rows. */
export function haveLikeRows(one: Tensors, other: Tensors): boolean {
  for (const name in one) {
    const a = one[name];
    const b = other[name];
    if (a === undefined || b === undefined || a.shape.length !== b.shape.length) return false;
    for (let i = 1; i < a.shape.length; i++) if (a.shape[i] !== b.shape[i]) return false;
  }
  return true;
}

/** All rows of `parts` in their order, as one. The parts must have like rows. */
export function joinRows(parts: readonly Tensors[], totalRows: number): Tensors {
  const joined: Record<string, Tensor> = {};
  for (const name in parts[0]) {
    const first = parts[0][name] as Tensor;
    const shape = [totalRows, ...first.shape.slice(1)];
    const data = allocate(first.dtype, lengthOf(shape));
    let offset = 0;
    for (const part of parts) {
      const { data: values } = part[name] as Tensor;
      place(values, data, offset);
      offset += values.length;
    }
    joined[name] = { dtype: first.dtype, shape, data };
  }
  return joined;
}

/** `rows` rows from row `from` on. Numbers are a view of the whole's memory, not a copy. */
export function sliceRows(whole: Tensors, from: number, rows: number): Tensors {
  const part: Record<string, Tensor> = {};
  for (const name in whole) {
    const { dtype, shape, data } = whole[name] as Tensor;
    const width = data.length / Math.max(1, shape[0] ?? 1);
    const cut = Array.isArray(data)
      ? data.slice(from * width, (from + rows) * width)
      : data.subarray(from * width, (from + rows) * width);
    part[name] = { dtype, shape: shapeOfRows(shape, rows), data: cut };
  }
  return part;
}

function shapeOfRows(shape: readonly number[], rows: number): number[] {
  const own = shape.slice();
  own[0] = rows;
  return own;
}

function place(values: TensorData, target: TensorData, offset: number): void {
  if (Array.isArray(target)) {
    for (let i = 0; i < values.length; i++) target[offset + i] = values[i] as string;
  } else {
    (target as { set(values: TensorData, offset: number): void }).set(values, offset);
  }
}

/**
 * Tensors as JSON text. Few numbers are written in a loop over the typed array: `JSON.stringify` of
 * a copy costs half as much again for a row of ten numbers. Of many it costs a third (number-blocks.ts).
 */
import type { TensorSpec } from '../../model/tensor/signature.js';
import type { Tensor } from '../../model/tensor/tensor.js';
import { areFloats, floatRowsToJson, LEAST_VALUES } from './number-blocks.js';
import { isAsciiDtype, type NonFinite, type ValuesToJson, valuesToJson } from './values-to-json.js';

const BEYOND_ASCII = /[^\0-\x7f]/;

/** Whether it has as many bytes as characters. */
export function isAscii(text: string): boolean {
  return !BEYOND_ASCII.test(text);
}

/** Writes the tensors of one output, and of no other dtype; any shape will do. */
export class TensorSerializer {
  /** No character beyond ASCII is ever written: as many bytes as characters. */
  readonly isAscii: boolean;
  readonly #values: ValuesToJson;
  readonly #nonFinite: NonFinite;

  constructor({ dtype }: Pick<TensorSpec, 'dtype'>, nonFinite: NonFinite = 'null') {
    this.isAscii = isAsciiDtype(dtype);
    this.#values = valuesToJson(dtype, nonFinite);
    this.#nonFinite = nonFinite;
  }

  /** The whole tensor as nested arrays; a scalar as a bare value. */
  whole(tensor: Tensor): string {
    return this.#level(tensor, 0, 0);
  }

  /** Row `row` along the first dimension. */
  row(tensor: Tensor, row: number): string {
    const { shape, data } = tensor;
    // As nearly all are: a value, or an array of them.
    if (shape.length === 1) return this.#values(data, row, row + 1);
    if (shape.length > 2) return this.#level(tensor, 1, row * innerSize(shape, 0));
    const width = shape[1] ?? 0;
    return `[${this.#values(data, row * width, (row + 1) * width)}]`;
  }

  /** All values in one array, row by row; of a scalar, an array of one. */
  flat({ data }: Tensor): string {
    return `[${this.#values(data, 0, data.length)}]`;
  }

  #level(tensor: Tensor, depth: number, offset: number): string {
    const { shape, data } = tensor;
    if (depth === shape.length) return this.#values(data, offset, offset + 1);
    const length = shape[depth] ?? 0;
    if (depth === shape.length - 1) return `[${this.#values(data, offset, offset + length)}]`;
    if (data.length === 0) return emptyToJson(shape, depth);
    const step = innerSize(shape, depth);
    if (depth === shape.length - 2 && length * step >= LEAST_VALUES && step < LEAST_VALUES) {
      const text = areFloats(data) && floatRowsToJson(data, offset, length, step, this.#nonFinite);
      if (typeof text === 'string') return text;
    }
    let text = '[';
    for (let i = 0; i < length; i++) {
      if (i > 0) text += ',';
      text += this.#level(tensor, depth + 1, offset + i * step);
    }
    return `${text}]`;
  }
}

/** Values in one element of dimension `depth`. */
function innerSize(shape: readonly number[], depth: number): number {
  let size = 1;
  for (let i = depth + 1; i < shape.length; i++) size *= shape[i] ?? 1;
  return size;
}

/** A tensor without values still has its outer arrays: shape [2, 0] is `[[],[]]`. */
function emptyToJson(shape: readonly number[], depth: number): string {
  const length = shape[depth] ?? 0;
  if (length === 0) return '[]';
  return `[${new Array<string>(length).fill(emptyToJson(shape, depth + 1)).join(',')}]`;
}

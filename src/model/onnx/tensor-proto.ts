/** Tensors as they lie in an ONNX file: their heads, and the values of small ones. */

import { allocate } from '../tensor/dtype.js';
import type { Tensor, TensorData } from '../tensor/tensor.js';
import { lengthOf } from '../tensor/tensor.js';
import type { ByteSource } from './byte-source.js';
import { dtypeOf } from './element-type.js';
import {
  contentOf,
  type Field,
  fieldsOf,
  integerOf,
  integersOf,
  type Range,
  textOf,
} from './wire.js';

export type TensorHead = {
  readonly name: string;
  readonly elementType: number;
  readonly dims: readonly number[];
  /** Set where the values are in a file of their own: what the file says of it, by key. */
  readonly external?: ReadonlyMap<string, string>;
};

/** Where the values are: in a file of their own. */
export const EXTERNAL = 1;

/** Everything but the values. */
export function readTensorHead(source: ByteSource, range: Range): TensorHead {
  let name = '';
  let elementType = 0;
  let isExternal = false;
  const dims: number[] = [];
  const entries = new Map<string, string>();
  for (const field of fieldsOf(source, range)) {
    if (field.number === 1) dims.push(...integersOf(source, field).map(Number));
    else if (field.number === 2) elementType = Number(integerOf(source, field));
    else if (field.number === 8) name = textOf(source, field);
    else if (field.number === 13) readEntry(source, field, entries);
    else if (field.number === 14) isExternal = Number(integerOf(source, field)) === EXTERNAL;
  }
  return { name, elementType, dims, ...(isExternal ? { external: entries } : {}) };
}

function readEntry(source: ByteSource, entry: Field, entries: Map<string, string>): void {
  let key = '';
  let value = '';
  for (const field of fieldsOf(source, contentOf(entry))) {
    if (field.number === 1) key = textOf(source, field);
    else if (field.number === 2) value = textOf(source, field);
  }
  entries.set(key, value);
}

/**
 * The tensor with its values.
 *
 * @param mostValues a larger one is `undefined`, as one is whose values are elsewhere, do not
 *   fill its shape, or are of a type we have no dtype for
 */
export function readTensor(
  source: ByteSource,
  range: Range,
  mostValues: number,
): Tensor | undefined {
  const { elementType, dims, external } = readTensorHead(source, range);
  const dtype = dtypeOf(elementType);
  const length = lengthOf(dims);
  if (dtype === undefined || external !== undefined || !(length <= mostValues)) return undefined;
  if (dims.some((size) => size < 0)) return undefined;
  const data = allocate(dtype, length);
  const filled = new Values(source, data).fill(range);
  return filled === length ? { dtype, shape: dims, data } : undefined;
}

/** Values come as raw bytes, or in a field for their kind: packed, or each by itself. */
class Values {
  readonly #source: ByteSource;
  readonly #data: TensorData;
  #filled = 0;

  constructor(source: ByteSource, data: TensorData) {
    this.#source = source;
    this.#data = data;
  }

  /** How many values there were. */
  fill(range: Range): number {
    for (const field of fieldsOf(this.#source, range)) {
      if (field.number === 9) this.#takeRaw(field);
      else if (field.number === 4 || field.number === 10) this.#takeFloats(field);
      else if ([5, 7, 11].includes(field.number)) this.#takeIntegers(field);
      else if (field.number === 6) this.#put(textOf(this.#source, field));
    }
    return this.#filled;
  }

  #takeRaw({ content, end }: Field): void {
    const data = this.#data;
    if (Array.isArray(data) || end - content !== data.byteLength) return;
    const target = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    target.set(this.#source.slice(content, end));
    this.#filled = data.length;
  }

  #takeFloats({ number, content, end }: Field): void {
    const bytes = this.#source.slice(content, end);
    const size = number === 4 ? 4 : 8;
    for (let at = 0; at + size <= bytes.length; at += size) {
      this.#put(size === 4 ? bytes.readFloatLE(at) : bytes.readDoubleLE(at));
    }
  }

  /** Small integers, booleans and the bits of 16-bit floats lie as int32. */
  #takeIntegers(field: Field): void {
    const isWide = this.#data instanceof BigInt64Array || this.#data instanceof BigUint64Array;
    for (const value of integersOf(this.#source, field)) this.#put(isWide ? value : Number(value));
  }

  #put(value: string | number | bigint): void {
    if (this.#filled < this.#data.length) {
      (this.#data as (string | number | bigint)[])[this.#filled] = value;
    }
    this.#filled++;
  }
}

/** Nested arrays of JSON values into a tensor, checked against its spec on the way. */

import { allocate, expectedValue } from './dtype.js';
import { inputWriter, outputWriter, type WriteValues } from './json-values.js';
import { described, misfit, type Place } from './place.js';
import type { TensorSpec } from './signature.js';
import type { Tensor, TensorData } from './tensor.js';
import { lengthOf } from './tensor.js';

/**
 * The tensor that nested arrays mean. Free dimensions take the size they have in the first
 * element of each level; all others must agree.
 *
 * @param mostValues upper bound of how many values there can be (a body's length, say), so that
 *   ragged arrays cannot make the server allocate what they do not hold
 * @throws RequestError with the code of `place`, naming position, expected and got
 */
export function tensorFromJson(
  value: unknown,
  spec: TensorSpec,
  place: Place,
  mostValues: number,
): Tensor {
  return filled(value, spec, measuredShape(value, spec, place), place, mostValues);
}

/**
 * The tensor of a given shape: nested arrays of exactly that shape, or one array of all values,
 * row by row. A scalar may be the bare value as well.
 *
 * @param shape sizes that fit those of `spec`, each a safe integer from 0 on
 * @throws RequestError as `tensorFromJson` does
 */
export function tensorOfShape(
  value: unknown,
  spec: TensorSpec,
  shape: readonly number[],
  place: Place,
  mostValues: number,
): Tensor {
  const length = lengthOf(shape);
  const shaped = { ...spec, shape };
  if (shape.length === 1 || !Array.isArray(value) || isNested(value, shape)) {
    return filled(value, shaped, shape, place, mostValues);
  }
  if (value.length !== length) {
    const expected = `expected ${length} values for shape [${shape.join(', ')}]`;
    throw misfit(place, [], `${expected}, got ${described(value)}`);
  }
  const { data } = filled(value, { ...spec, shape: [length] }, [length], place, mostValues);
  return { dtype: spec.dtype, shape, data };
}

/** Without any value both forms are empty, or nested as far as there is something to nest. */
function isNested(value: readonly unknown[], shape: readonly number[]): boolean {
  return shape.length > 0 && (value.length === 0 ? shape[0] === 0 : Array.isArray(value[0]));
}

function filled(
  value: unknown,
  spec: TensorSpec,
  shape: readonly number[],
  place: Place,
  mostValues: number,
): Tensor {
  const length = lengthOf(shape);
  // More values than can be there: some array is shorter than the first. Writes beyond the end
  // of a typed array do nothing, so filling an empty one finds which.
  const data = allocate(spec.dtype, length <= mostValues ? length : 0);
  const write =
    place.code === 'INVALID_INPUT'
      ? inputWriter(spec.dtype, spec.takesMissing === true)
      : outputWriter(spec.dtype);
  new Filling(spec, place, shape, data, write).fill(value);
  return { dtype: spec.dtype, shape, data };
}

/** The shape along the first elements; that the others agree is seen while filling. */
function measuredShape(value: unknown, spec: TensorSpec, place: Place): number[] {
  if (spec.hasAnyShape) return nestedShape(value);
  const shape: number[] = [];
  let level = value;
  let isEmpty = false;
  for (const size of spec.shape) {
    if (isEmpty) {
      // Nothing tells a free dimension inside of an empty one.
      shape.push(size === -1 ? 0 : size);
      continue;
    }
    if (!Array.isArray(level)) throw notAnArray(level, spec, place, origin(shape));
    if (level.length === 0 && size > 0) {
      throw misfit(place, origin(shape), `expected an array of ${size}, got an empty array`);
    }
    isEmpty = level.length === 0;
    shape.push(size === -1 ? level.length : size);
    level = level[0];
  }
  return shape;
}

/** As deep as arrays are nested. */
function nestedShape(value: unknown): number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

/** The indexes of the first element as deep as `shape` goes. */
function origin(shape: readonly number[]): number[] {
  return shape.map(() => 0);
}

function notAnArray(value: unknown, spec: TensorSpec, place: Place, indexes: number[]): Error {
  const dimensions = spec.shape.slice(indexes.length).map((size) => (size === -1 ? '?' : size));
  const expected = `expected an array of shape [${dimensions.join(', ')}]`;
  return misfit(place, indexes, `${expected}, got ${described(value)}`);
}

class Filling {
  readonly #spec: TensorSpec;
  readonly #place: Place;
  readonly #shape: readonly number[];
  readonly #data: TensorData;
  readonly #write: WriteValues;
  /** The element being read, level by level; only an error message reads it. */
  readonly #indexes: number[] = [];
  #offset = 0;

  constructor(
    spec: TensorSpec,
    place: Place,
    shape: readonly number[],
    data: TensorData,
    write: WriteValues,
  ) {
    this.#spec = spec;
    this.#place = place;
    this.#shape = shape;
    this.#data = data;
    this.#write = write;
  }

  fill(value: unknown): void {
    if (this.#shape.length > 0) this.#fillLevel(value, 0);
    else if (this.#write([value], this.#data, 0) >= 0) throw this.#wrongValue([], value);
  }

  // As deep as the spec has dimensions, never as deep as the body is nested.
  #fillLevel(value: unknown, depth: number): void {
    if (!Array.isArray(value)) {
      throw notAnArray(value, this.#spec, this.#place, this.#indexes.slice(0, depth));
    }
    if (value.length !== this.#shape[depth]) throw this.#wrongLength(value, depth);
    if (depth === this.#shape.length - 1) {
      this.#fillValues(value, depth);
      return;
    }
    for (let i = 0; i < value.length; i++) {
      this.#indexes[depth] = i;
      this.#fillLevel(value[i], depth + 1);
    }
  }

  #fillValues(values: readonly unknown[], depth: number): void {
    const wrong = this.#write(values, this.#data, this.#offset);
    if (wrong >= 0)
      throw this.#wrongValue([...this.#indexes.slice(0, depth), wrong], values[wrong]);
    this.#offset += values.length;
  }

  #wrongValue(indexes: number[], value: unknown): Error {
    const expected = expectedValue(this.#spec.dtype);
    return misfit(this.#place, indexes, `expected ${expected}, got ${described(value)}`);
  }

  #wrongLength(value: readonly unknown[], depth: number): Error {
    const like = this.#spec.shape[depth] === -1 ? ' as in the first' : '';
    const problem = `expected an array of ${this.#shape[depth]}${like}, got ${described(value)}`;
    return misfit(this.#place, this.#indexes.slice(0, depth), problem);
  }
}

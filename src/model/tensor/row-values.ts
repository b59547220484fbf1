/**
 * Rows as plain values, which a module without a signature takes and gives, and as tensors: each
 * row is the value of the only tensor, or an object with a value for each.
 */

import { type ErrorCode, RequestError } from '../../errors.js';
import { bfloat16Value, float16Value } from './half-float.js';
import { described, type Place } from './place.js';
import type { TensorSpec } from './signature.js';
import type { Tensor, Tensors } from './tensor.js';
import { lengthOf } from './tensor.js';
import { tensorFromJson } from './tensor-from-json.js';
import { commonRows } from './tensor-rows.js';

/** Where rows come from, for messages: `instances` of a client, or what a step returned. */
export type RowsOrigin = {
  readonly code: ErrorCode;
  /** Begins a message: '' or `step 2 (model "digits"): `. */
  readonly title: string;
  /** Such as `instances`; indexes follow it. */
  readonly root: string;
};

type Row = Readonly<Record<string, unknown>>;

/** @throws RequestError with the code of `origin`, naming input, position, expected and got */
export function rowsToTensors(
  rows: readonly unknown[],
  specs: readonly TensorSpec[],
  origin: RowsOrigin,
): Tensors {
  const [only, another] = specs;
  if (only !== undefined && another === undefined && !isRow(rows[0])) {
    return { [only.name]: columnTensor(rows, only, origin, undefined) };
  }
  rows.forEach((row, index) => {
    checkNames(row, index, specs, origin);
  });
  const tensors: Record<string, Tensor> = {};
  for (const spec of specs) {
    const { name, isOptional } = spec;
    if (isOptional === true && !rows.some((row) => Object.hasOwn(row as Row, name))) continue;
    const values = rows.map((row) => (row as Row)[name]);
    tensors[name] = columnTensor(values, spec, origin, name);
  }
  return tensors;
}

/** @throws RequestError MODEL_ERROR when they do not have the same rows; `title` begins it */
export function tensorsToRows(tensors: Tensors, title: string): readonly unknown[] {
  const names = Object.keys(tensors);
  const rows = commonRows(tensors);
  if (rows === undefined) {
    const shapes = names.map((name) => `"${name}" is [${tensors[name]?.shape.join(', ')}]`);
    const problem = `its outputs have no common rows for the next step: ${shapes.join(', ')}`;
    throw new RequestError('MODEL_ERROR', title + problem);
  }
  const columns = names.map((name) => new Column(tensors[name] as Tensor));
  const [only, another] = columns;
  return Array.from({ length: rows }, (_, row) => {
    if (only !== undefined && another === undefined) return only.valueOf(row);
    return Object.fromEntries(columns.map((column, index) => [names[index], column.valueOf(row)]));
  });
}

function checkNames(
  row: unknown,
  index: number,
  specs: readonly TensorSpec[],
  { code, title, root }: RowsOrigin,
): void {
  const expected = `expected an object with ${specs.map(({ name }) => `"${name}"`).join(', ')}`;
  const at = `${title}${root}[${index}]`;
  if (!isRow(row)) throw new RequestError(code, `${at}: ${expected}, got ${described(row)}`);
  const missing = specs.find(
    ({ name, isOptional }) => isOptional !== true && !Object.hasOwn(row, name),
  );
  const unknown = Object.keys(row).find((key) => specs.every(({ name }) => name !== key));
  if (missing === undefined && unknown === undefined) return;
  const problem =
    missing === undefined
      ? `unknown input ${JSON.stringify(unknown?.slice(0, 40))}`
      : `input "${missing.name}" is missing`;
  throw new RequestError(code, `${at}: ${problem}; ${expected}`);
}

function columnTensor(
  values: readonly unknown[],
  spec: TensorSpec,
  { code, title, root }: RowsOrigin,
  key: string | undefined,
): Tensor {
  const place: Place = { code, subject: `${title}input "${spec.name}"`, root };
  const plain = values.map((value) => (isTypedArray(value) ? Array.from(value) : value));
  const at = key === undefined ? place : { ...place, key };
  return tensorFromJson(plain, spec, at, countOf(plain));
}

/** As many values as there can be: rows of unlike lengths must not allocate what none of them has. */
function countOf(value: unknown): number {
  if (!Array.isArray(value)) return 1;
  let count = 0;
  for (const element of value) count += countOf(element);
  return count;
}

/** A tensor whose rows are taken out as nested arrays. */
class Column {
  readonly #tensor: Tensor;
  readonly #width: number;

  constructor(tensor: Tensor) {
    this.#tensor = tensor;
    this.#width = lengthOf(tensor.shape.slice(1));
  }

  valueOf(row: number): unknown {
    return this.#nested(1, row * this.#width, this.#width);
  }

  #nested(depth: number, offset: number, width: number): unknown {
    const size = this.#tensor.shape[depth];
    if (size === undefined) return plainValue(this.#tensor, offset);
    const step = size === 0 ? 0 : width / size;
    return Array.from({ length: size }, (_, index) =>
      this.#nested(depth + 1, offset + index * step, step),
    );
  }
}

/** As JSON would have it; a whole number beyond ±(2^53 − 1) is a string of its digits. */
function plainValue({ dtype, data }: Tensor, index: number): unknown {
  const value = data[index];
  if (dtype === 'bool') return value !== 0;
  if (dtype === 'float16') return float16Value(Number(value));
  if (dtype === 'bfloat16') return bfloat16Value(Number(value));
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

export function isTypedArray(value: unknown): value is ArrayLike<unknown> & object {
  return ArrayBuffer.isView(value) && 'length' in value;
}

function isRow(value: unknown): value is Row {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  );
}

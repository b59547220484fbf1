/**
 * The form of `DataFrame.to_dict(orient='split')`: `{"columns": [...], "data": [[...], ...]}`.
 * Columns are the model's inputs, or the columns of its only input.
 */

import { described, type Place } from '../../../model/tensor/place.js';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { tensorFromJson } from '../../../model/tensor/tensor-from-json.js';
import { checkRows } from '../../body/input-limits.js';
import { invalid } from '../../invalid-input.js';
import { checkedObject, namesOf, shown } from '../../json-object.js';
import { withDecodedTexts } from './base64-text.js';
import { onlyInput, placeOf } from './named-inputs.js';

export type Table = {
  /** The place of its data in the body. */
  readonly root: string;
  readonly columns: readonly string[];
  /** Each row as long as `columns`. */
  readonly data: readonly (readonly unknown[])[];
};

/** @throws RequestError INVALID_INPUT when the columns have no names, or a row another length */
export function readTable(value: unknown, at: string): Table {
  const { columns, data } = checkedObject(value, at, 'an object with "columns" and "data"');
  const start = at === '' ? '' : `${at}.`;
  const names = checkedColumns(columns, `${start}columns`);
  const root = `${start}data`;
  if (!Array.isArray(data) || data.length === 0) {
    throw invalid(`${root}: expected an array of at least one row, got ${described(data)}`);
  }
  checkRows(root, data.length);
  const wrong = data.findIndex((row) => !Array.isArray(row) || row.length !== names.length);
  if (wrong < 0) return { root, columns: names, data };
  const expected = `an array of ${names.length}, one value for each column`;
  throw invalid(`${root}[${wrong}]: expected ${expected}, got ${described(data[wrong])}`);
}

/** Rows as objects, for models that take what they get. */
export function tableInstances({ columns, data }: Table): readonly unknown[] {
  return data.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])));
}

export function tableTensors(
  table: Table,
  { inputs: specs }: Signature,
  bodyBytes: number,
): Tensors {
  const only = onlyInput(specs);
  if (only !== undefined && isMatrix(table.columns, only)) {
    return { [only.name]: matrix(table, only, bodyBytes) };
  }
  checkNames(table, specs);
  const tensors: Record<string, Tensor> = {};
  for (const spec of specs) {
    const index = table.columns.indexOf(spec.name);
    if (index >= 0) tensors[spec.name] = column(table, index, spec, bodyBytes);
  }
  return tensors;
}

/** Whether all columns together are the only input, which one of them may be as well. */
export function isMatrix(columns: readonly string[], { name, shape }: TensorSpec): boolean {
  return shape.length === 2 && !columns.includes(name);
}

/** @throws RequestError INVALID_INPUT as `readTable` */
export function checkedColumns(columns: unknown, at: string): string[] {
  if (!Array.isArray(columns) || columns.length === 0) {
    throw invalid(`${at}: expected an array of names, got ${described(columns)}`);
  }
  const names = columns.map((name: unknown, index) => {
    // A frame whose columns were never named has their numbers.
    if (typeof name === 'string' || typeof name === 'number') return String(name);
    throw invalid(`${at}[${index}]: expected a name, got ${described(name)}`);
  });
  if (new Set(names).size === names.length) return names;
  const twice = names.find((name, index) => names.indexOf(name) !== index) ?? '';
  throw invalid(`${at}: column ${shown(twice)} is there twice`);
}

type Wanted = { readonly name: string; readonly isOptional?: boolean };

/** As for inputs by name: all that may not be left out, and nothing else. */
function checkNames({ root, columns }: Table, wanted: readonly Wanted[]): void {
  const at = root.replace(/data$/, 'columns');
  const unknown = columns.find((column) => wanted.every(({ name }) => name !== column));
  if (unknown !== undefined) {
    throw invalid(`${at}: unknown column ${shown(unknown)}; expected ${namesOf(wanted)}`);
  }
  for (const { name, isOptional } of wanted) {
    if (isOptional === true || columns.includes(name)) continue;
    throw invalid(`${at}: column ${JSON.stringify(name)} is missing; expected ${namesOf(wanted)}`);
  }
}

/** One input from one column; a cell is a row of it, without brackets where a row is one value. */
function column(
  { root, columns, data }: Table,
  index: number,
  spec: TensorSpec,
  bodyBytes: number,
): Tensor {
  const { name, shape } = spec;
  if (shape.length === 0) {
    throw invalid(`input "${name}" is one value for all rows: expected the form {"inputs": {...}}`);
  }
  const isSingle = isSingleCell(spec);
  const values = data.map((row) => {
    const cell = row[index];
    return isSingle && !Array.isArray(cell) ? [cell] : cell;
  });
  return filled(values, spec, placeOf(spec, root, columns[index]), bodyBytes);
}

/** Whether a row of it is one value, which a cell tells without brackets. */
export function isSingleCell({ shape }: TensorSpec): boolean {
  return shape.length === 2 && (shape[1] === 1 || shape[1] === -1);
}

/** The only input from all columns: in its own order where it names them, else as they came. */
function matrix(table: Table, spec: TensorSpec, bodyBytes: number): Tensor {
  const { root, columns, data } = table;
  const place = placeOf(spec, root);
  const labels = spec.labels?.map(String) ?? [];
  if (labels.length === 0 || hasNoNames(columns)) {
    checkWidth(table, spec);
    return filled(data, spec, place, bodyBytes);
  }
  checkNames(
    table,
    labels.map((name) => ({ name })),
  );
  const order = labels.map((label) => columns.indexOf(label));
  const rows = data.map((row) => order.map((index) => row[index]));
  return filled(rows, spec, { ...place, columns: labels }, bodyBytes);
}

/** pandas numbers the columns of a frame that has no names for them. */
export function hasNoNames(columns: readonly string[]): boolean {
  return columns.every((name, index) => name === String(index));
}

function checkWidth({ root, columns }: Table, { name, shape }: TensorSpec): void {
  const [, width] = shape;
  if (width === -1 || width === columns.length) return;
  const at = root.replace(/data$/, 'columns');
  throw invalid(`${at}: expected ${width} columns for input "${name}", got ${columns.length}`);
}

function filled(
  values: readonly unknown[],
  spec: TensorSpec,
  place: Place,
  bodyBytes: number,
): Tensor {
  if (spec.dtype === 'string') withDecodedTexts(values, place);
  return tensorFromJson(values, spec, place, bodyBytes);
}

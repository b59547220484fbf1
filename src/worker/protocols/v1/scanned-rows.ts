/** `[{"a": 1, "b": [2, 3]}, …]`: rows in which inputs are told by their names, from their bytes. */
import type { TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT } from '../../punctuation.js';
import { ColumnScan } from '../../scan/column-scan.js';
import { GAVE_UP, past, pastSign, pastSpaces } from '../../scan/number-scan.js';
import { pastKey } from '../../scan/spec-key.js';
import { columnTensors } from './column-tensors.js';

type ScannedRows = { readonly inputs: Tensors; readonly rows: number; readonly end: number };

const columnsOf = new WeakMap<readonly TensorSpec[], readonly ColumnScan[]>();

/** Undefined: they have to be read as JSON. */
export function scannedRows(
  bytes: Buffer,
  from: number,
  specs: readonly TensorSpec[],
): ScannedRows | undefined {
  const columns = begun(specs);
  let at = pastSign(bytes, from, OPEN_ARRAY);
  for (let row = 0; at !== GAVE_UP; row += 1) {
    at = pastRow(bytes, at, columns, row);
    if (at === GAVE_UP) return undefined;
    at = pastSpaces(bytes, at);
    const byte = bytes[at];
    at += 1;
    if (byte === COMMA) continue;
    const inputs = byte === CLOSE_ARRAY ? columnTensors(specs, columns, row + 1) : undefined;
    return inputs && { inputs, rows: row + 1, end: at };
  }
  return undefined;
}

function begun(specs: readonly TensorSpec[]): readonly ColumnScan[] {
  let columns = columnsOf.get(specs);
  if (columns === undefined) {
    columns = specs.flatMap((spec) => ColumnScan.for(spec) ?? []);
    columnsOf.set(specs, columns);
  }
  for (const column of columns) column.begin();
  return columns;
}

/** Rows name their inputs in the same order, nearly always: the next one is looked at first. */
function pastRow(bytes: Buffer, from: number, columns: readonly ColumnScan[], row: number): number {
  let at = pastSign(bytes, from, OPEN_OBJECT);
  for (let turn = 0; at !== GAVE_UP; turn += 1) {
    const start = at;
    let column = columns[turn];
    let value = column === undefined ? GAVE_UP : pastKey(bytes, start, column.key);
    if (value === GAVE_UP) {
      column = columns.find(({ key }) => past(bytes, start, key) !== GAVE_UP);
      value = column === undefined ? GAVE_UP : pastKey(bytes, start, column.key);
    }
    // Named twice, or left out in a row before.
    if (column?.rows !== row || value === GAVE_UP) return GAVE_UP;
    at = column.next(bytes, value);
    if (at === GAVE_UP) return GAVE_UP;
    at = pastSpaces(bytes, at);
    const byte = bytes[at];
    at += 1;
    if (byte === CLOSE_OBJECT) return at;
    if (byte !== COMMA) return GAVE_UP;
  }
  return GAVE_UP;
}

/** The `data` of a table, from its bytes: the columns of the only input, or an input in each. */

import { allocate } from '../../../model/tensor/dtype.js';
import type { TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, TensorData, Tensors } from '../../../model/tensor/tensor.js';
import { MOST_ROWS } from '../../body/input-limits.js';
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY } from '../../punctuation.js';
import { ColumnScan } from '../../scan/column-scan.js';
import { GAVE_UP, pastSpaces } from '../../scan/number-scan.js';
import { fits, scannedTensor } from '../../scan/scanned-tensor.js';
import { columnTensors } from './column-tensors.js';
import { onlyInput } from './named-inputs.js';
import { hasNoNames, isMatrix, isSingleCell } from './table.js';

export type ScannedData = { readonly inputs: Tensors; readonly rows: number; readonly end: number };

/** Undefined: they have to be read as JSON. */
export function scannedData(
  bytes: Buffer,
  at: number,
  names: readonly string[],
  specs: readonly TensorSpec[],
): ScannedData | undefined {
  const only = onlyInput(specs);
  const scanned =
    only !== undefined && isMatrix(names, only)
      ? matrix(bytes, at, names, only)
      : columns(bytes, at, names, specs);
  return scanned !== undefined && scanned.rows <= MOST_ROWS ? scanned : undefined;
}

function matrix(
  bytes: Buffer,
  at: number,
  names: readonly string[],
  spec: TensorSpec,
): ScannedData | undefined {
  const scanned = scannedTensor(bytes, at, { ...spec, shape: [-1, names.length] });
  if (scanned === undefined || !fits(scanned.tensor.shape, spec.shape)) return undefined;
  const order = orderOf(names, spec);
  if (order === undefined) return undefined;
  const tensor = inOrder(scanned.tensor, order);
  return { inputs: { [spec.name]: tensor }, rows: tensor.shape[0] ?? 0, end: scanned.end };
}

/** Where in a row each of the input's own columns stands. */
function orderOf(names: readonly string[], { labels = [] }: TensorSpec): number[] | undefined {
  if (labels.length === 0 || hasNoNames(names)) return names.map((_, index) => index);
  const order = labels.map((label) => names.indexOf(String(label)));
  return order.length === names.length && !order.includes(-1) ? order : undefined;
}

function inOrder(tensor: Tensor, order: readonly number[]): Tensor {
  if (order.every((column, index) => column === index)) return tensor;
  const { dtype, shape, data } = tensor;
  const ordered = allocate(dtype, data.length);
  for (let row = 0; row < data.length; row += order.length) {
    for (let i = 0; i < order.length; i++) {
      ordered[row + i] = data[row + (order[i] as number)] as TensorData[number];
    }
  }
  return { dtype, shape, data: ordered };
}

const scans = new WeakMap<TensorSpec, ColumnScan>();

/** One for an input that a column gives. */
function scanOf(spec: TensorSpec): ColumnScan | undefined {
  let scan = scans.get(spec);
  if (scan === undefined) {
    // Cells of one value are told without brackets.
    scan = ColumnScan.for(spec, isSingleCell(spec));
    if (scan !== undefined) scans.set(spec, scan);
  }
  scan?.begin();
  return scan;
}

function columns(
  bytes: Buffer,
  from: number,
  names: readonly string[],
  specs: readonly TensorSpec[],
): ScannedData | undefined {
  const cells: ColumnScan[] = [];
  for (const name of names) {
    const spec = specs.find((one) => one.name === name);
    const scan = spec && scanOf(spec);
    if (scan === undefined) return undefined;
    cells.push(scan);
  }
  let at = from;
  let rows = 0;
  if (bytes[at] !== OPEN_ARRAY) return undefined;
  do {
    at = pastRow(bytes, pastSpaces(bytes, at + 1), cells);
    if (at === GAVE_UP) return undefined;
    rows += 1;
    at = pastSpaces(bytes, at);
  } while (bytes[at] === COMMA);
  const inputs = bytes[at] === CLOSE_ARRAY ? columnTensors(specs, cells, rows) : undefined;
  return inputs && { inputs, rows, end: at + 1 };
}

function pastRow(bytes: Buffer, from: number, cells: readonly ColumnScan[]): number {
  let at = from;
  let before: number = OPEN_ARRAY;
  for (const cell of cells) {
    if (bytes[at] !== before) return GAVE_UP;
    at = cell.next(bytes, pastSpaces(bytes, at + 1));
    if (at === GAVE_UP) return GAVE_UP;
    at = pastSpaces(bytes, at);
    before = COMMA;
  }
  return bytes[at] === CLOSE_ARRAY ? at + 1 : GAVE_UP;
}

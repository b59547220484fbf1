/**
 * The most common bodies, straight from their bytes: `{"instances": [[1, 2], …]}`, the same
 * with objects of inputs by name, `{"inputs": …}` with the whole of an input, or of each by its name, and tables. Any other body, and any that
 * may be wrong, is for the reading of JSON values: only that knows what to say.
 */
import { constants } from 'node:buffer';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { MOST_ROWS } from '../../body/input-limits.js';
import { CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT } from '../../punctuation.js';
import { GAVE_UP, past, pastSign, pastSpaces } from '../../scan/number-scan.js';
import { scannedTensor } from '../../scan/scanned-tensor.js';
import { keyOf, pastKey, specAt } from '../../scan/spec-key.js';
import { onlyInput } from './named-inputs.js';
import { rowsOfColumns, type TensorRequest } from './request.js';
import { scannedRows } from './scanned-rows.js';
import { scannedTable } from './scanned-table.js';

const SIGNATURE_NAME = Buffer.from('"signature_name"');
const STANDARD = Buffer.from('"serving_default"');
const INSTANCES = Buffer.from('"instances"');
const INPUTS = Buffer.from('"inputs"');

/** Undefined: it has to be read as JSON. */
export function scannedRequest(bytes: Buffer, signature: Signature): TensorRequest | undefined {
  const { inputs } = signature;
  if (bytes.length > constants.MAX_STRING_LENGTH || lastByte(bytes) !== CLOSE_OBJECT)
    return undefined;
  const start = pastSignatureName(bytes, pastSign(bytes, 0, OPEN_OBJECT));
  const only = onlyInput(inputs);
  const rows = pastKey(bytes, start, INSTANCES);
  if (rows !== GAVE_UP) {
    if (beginsObject(bytes, rows)) return byObjects(bytes, rows, inputs);
    return only && byRows(bytes, rows, only);
  }
  const columns = pastKey(bytes, start, INPUTS);
  if (columns === GAVE_UP) return scannedTable(bytes, signature);
  if (bytes[pastSpaces(bytes, columns)] === OPEN_OBJECT) return byNames(bytes, columns, inputs);
  return only && byColumn(bytes, columns, only);
}

/** TF Serving's clients name the only signature there is. */
function pastSignatureName(bytes: Buffer, at: number): number {
  const name = pastKey(bytes, at, SIGNATURE_NAME);
  return name === GAVE_UP ? at : pastSign(bytes, past(bytes, name, STANDARD), COMMA);
}

function byRows(bytes: Buffer, at: number, spec: TensorSpec): TensorRequest | undefined {
  const scanned = scannedTensor(bytes, at, spec);
  if (scanned === undefined || !isEnd(bytes, scanned.end)) return undefined;
  const { tensor } = scanned;
  const rows = tensor.shape[0] ?? 0;
  if (rows > MOST_ROWS) return undefined;
  return { form: 'rows', rows, inputs: { [spec.name]: tensor } };
}

function byObjects(
  bytes: Buffer,
  at: number,
  specs: readonly TensorSpec[],
): TensorRequest | undefined {
  const scanned = scannedRows(bytes, at, specs);
  if (scanned === undefined || !isEnd(bytes, scanned.end)) return undefined;
  const { inputs, rows } = scanned;
  return rows > MOST_ROWS ? undefined : { form: 'rows', rows, inputs };
}

function byColumn(bytes: Buffer, at: number, spec: TensorSpec): TensorRequest | undefined {
  const scanned = scannedTensor(bytes, at, spec);
  if (scanned === undefined || !isEnd(bytes, scanned.end)) return undefined;
  return ofColumns({ [spec.name]: scanned.tensor });
}

/** All of the model's inputs but those that may be left out, in any order. */
function byNames(
  bytes: Buffer,
  from: number,
  specs: readonly TensorSpec[],
): TensorRequest | undefined {
  const found = new Map<TensorSpec, Tensor>();
  let at = pastSign(bytes, from, OPEN_OBJECT);
  for (;;) {
    const start = at;
    const spec = specAt(bytes, start, specs);
    if (spec === undefined || found.has(spec)) return undefined;
    const scanned = scannedTensor(bytes, pastKey(bytes, start, keyOf(spec)), spec);
    if (scanned === undefined) return undefined;
    found.set(spec, scanned.tensor);
    at = pastSign(bytes, scanned.end, COMMA);
    if (at !== GAVE_UP) continue;
    return isEnd(bytes, pastSign(bytes, scanned.end, CLOSE_OBJECT))
      ? named(specs, found)
      : undefined;
  }
}

function named(
  specs: readonly TensorSpec[],
  found: ReadonlyMap<TensorSpec, Tensor>,
): TensorRequest | undefined {
  const tensors: Record<string, Tensor> = {};
  for (const spec of specs) {
    const tensor = found.get(spec);
    if (tensor !== undefined) tensors[spec.name] = tensor;
    else if (spec.isOptional !== true) return undefined;
  }
  return ofColumns(tensors);
}

function ofColumns(inputs: Tensors): TensorRequest | undefined {
  const rows = rowsOfColumns(inputs);
  return rows > MOST_ROWS ? undefined : { form: 'columns', rows, inputs };
}

/** Whether there is an array, and an object in it. */
function beginsObject(bytes: Buffer, at: number): boolean {
  const first = pastSign(bytes, at, OPEN_ARRAY);
  return first !== GAVE_UP && bytes[pastSpaces(bytes, first)] === OPEN_OBJECT;
}

/** Whether the body's own bracket follows, and nothing but spaces after it. */
function isEnd(bytes: Buffer, at: number): boolean {
  const end = pastSign(bytes, at, CLOSE_OBJECT);
  return end !== GAVE_UP && pastSpaces(bytes, end) === bytes.length;
}

function lastByte(bytes: Buffer): number | undefined {
  let end = bytes.length - 1;
  while (end > 0 && (bytes[end] as number) <= 0x20) end--;
  return bytes[end];
}

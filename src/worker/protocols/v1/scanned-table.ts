/**
 * Tables, `{"columns": […], "data": [[…], …]}`, also under `dataframe_split`: their data from the
 * bytes, and what is left is read as JSON, with a mark in place of it. Undefined wherever all has to
 * be read as JSON, be it to say what is wrong.
 */
import { constants } from 'node:buffer';
import { type Signature, takesWideIntegers } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { parseJsonBody } from '../../body/json-body.js';
import { COMMA, OPEN_OBJECT } from '../../punctuation.js';
import { pastMember, pastValue } from '../../scan/json-walk.js';
import { MARK, MARK_TEXT } from '../../scan/mark.js';
import { GAVE_UP, pastSign, pastSpaces } from '../../scan/number-scan.js';
import { pastKey } from '../../scan/spec-key.js';
import { type TensorRequest, tableIn } from './request.js';
import { checkedColumns } from './table.js';
import { type ScannedData, scannedData } from './table-data.js';

const COLUMNS = Buffer.from('"columns"');
const INDEX = Buffer.from('"index"');
const DATA = Buffer.from('"data"');
const SPLIT = Buffer.from('"dataframe_split"');

/** What stood about the data of a table that was read so: clients send the same again and again. */
type Known = {
  readonly names: readonly string[];
  readonly before: Buffer;
  readonly behind: Buffer;
};

/** A longer one is not kept. */
const MOST_KEPT_BYTES = 16 * 1024;
/** The last one of each model. */
const kept = new WeakMap<Signature, Known>();

export function scannedTable(bytes: Buffer, signature: Signature): TensorRequest | undefined {
  return scannedAsBefore(bytes, signature) ?? scannedAnew(bytes, signature);
}

function scannedAsBefore(bytes: Buffer, signature: Signature): TensorRequest | undefined {
  const known = kept.get(signature);
  if (known === undefined) return undefined;
  const { before, behind, names } = known;
  const at = before.length;
  if (at > bytes.length || before.compare(bytes, 0, at) !== 0) return undefined;
  const data = scannedData(bytes, at, names, signature.inputs);
  if (data === undefined || behind.compare(bytes, data.end) !== 0) return undefined;
  return requestOf(data);
}

function scannedAnew(bytes: Buffer, signature: Signature): TensorRequest | undefined {
  const first = pastSign(bytes, 0, OPEN_OBJECT);
  const split = pastKey(bytes, first, SPLIT);
  const start = split === GAVE_UP ? first : pastSign(bytes, split, OPEN_OBJECT);
  const isTable = [COLUMNS, INDEX].some((key) => pastKey(bytes, start, key) !== GAVE_UP);
  if (!isTable || bytes.length > constants.MAX_STRING_LENGTH) return undefined;
  try {
    const found = foundData(bytes, start, signature);
    if (found === undefined || !isRestAsScanned(bytes, found, signature)) return undefined;
    keep(bytes, found, signature);
    return requestOf(found.data);
  } catch {
    // What is wrong has another position in what was left.
    return undefined;
  }
}

function keep(bytes: Buffer, { names, data, at }: Found, signature: Signature): void {
  if (at + bytes.length - data.end > MOST_KEPT_BYTES) return;
  // Copies: the memory of a body is used again, or is much larger.
  const before = Buffer.from(bytes.subarray(0, at));
  kept.set(signature, { names, before, behind: Buffer.from(bytes.subarray(data.end)) });
}

type Found = {
  readonly names: readonly string[];
  readonly data: ScannedData;
  /** Where the data begin. */
  readonly at: number;
};

/** The data of the object whose members begin there; their columns must stand before them. */
function foundData(bytes: Buffer, start: number, signature: Signature): Found | undefined {
  let names: readonly string[] | undefined;
  let at = start;
  while (at !== GAVE_UP) {
    const value = pastKey(bytes, at, DATA);
    if (value !== GAVE_UP) {
      const begin = pastSpaces(bytes, value);
      const data = names && scannedData(bytes, begin, names, signature.inputs);
      return names && data && { names, data, at: begin };
    }
    const columns = pastKey(bytes, at, COLUMNS);
    const end = columns === GAVE_UP ? pastMember(bytes, at) : pastValue(bytes, columns);
    if (end === GAVE_UP) return undefined;
    if (columns !== GAVE_UP) names = namesIn(JSON.parse(bytes.toString('utf8', columns, end)));
    at = pastSpaces(bytes, end);
    at = bytes[at] === COMMA ? at + 1 : GAVE_UP;
  }
  return undefined;
}

/** @throws RequestError */
function namesIn(columns: unknown): readonly string[] {
  return checkedColumns(columns, 'columns');
}

/**
 * Whether all else in the body is right, and says what the data were read by: of two members of
 * one name the last one holds. @throws RequestError
 */
function isRestAsScanned(bytes: Buffer, { names, data, at }: Found, signature: Signature): boolean {
  const rest = Buffer.concat([bytes.subarray(0, at), MARK_TEXT, bytes.subarray(data.end)]);
  const table = tableIn(parseJsonBody(rest, takesWideIntegers(signature)));
  if (table?.data !== MARK) return false;
  const told = namesIn(table.columns);
  return told.length === names.length && told.every((name, index) => name === names[index]);
}

function requestOf({ rows, inputs }: { rows: number; inputs: Tensors }): TensorRequest {
  return { form: 'rows', rows, inputs };
}

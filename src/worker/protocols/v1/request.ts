/**
 * A body of the v1 protocol (TF Serving, KServe v1, Vertex) as what a model runs on: row form
 * `{"instances": [...]}`, column form `{"inputs": ...}`, or a table as pandas splits one.
 */

import { isObject, type JsonObject } from '../../../config/json-object.js';
import { described } from '../../../model/tensor/place.js';
import type { Signature } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { checkRows } from '../../body/input-limits.js';
import { invalid } from '../../invalid-input.js';
import { gotKeys, shown } from '../../json-object.js';
import { columnTensors } from './columns.js';
import { rowTensors } from './rows.js';
import { readTable, tableInstances, tableTensors } from './table.js';

/** How the reply is told: a table gets rows. */
export type Form = 'rows' | 'columns';

export type TensorRequest = {
  readonly form: Form;
  readonly rows: number;
  readonly inputs: Tensors;
};

const FORMS = '{"instances": [...]}, {"inputs": ...} or {"columns": [...], "data": [[...], ...]}';
/** The only signature that TF Serving's clients name, unless they were told of another. */
const SIGNATURE_NAME = 'serving_default';

/**
 * @param bodyBytes the body's length: no tensor in it can have more values
 * @throws RequestError INVALID_INPUT naming input, position, expected and got
 */
export function readTensors(
  value: unknown,
  signature: Signature,
  bodyBytes: number,
): TensorRequest {
  const body = checkedBody(value);
  switch (keyOf(body)) {
    case 'instances': {
      const instances = checkedInstances(body.instances);
      const inputs = rowTensors(instances, signature, bodyBytes);
      return { form: 'rows', rows: instances.length, inputs };
    }
    case 'inputs':
      return byColumns(columnTensors(body.inputs, signature, bodyBytes));
    case 'columns':
      return byTable(body, '', signature, bodyBytes);
    case 'dataframe_split':
      return byTable(body.dataframe_split, 'dataframe_split', signature, bodyBytes);
  }
}

/** The `instances` of a body for a model that takes them as they are; a table's rows by column. */
export function readInstances(value: unknown, modelName: string): readonly unknown[] {
  const body = checkedBody(value);
  switch (keyOf(body)) {
    case 'instances':
      return checkedInstances(body.instances);
    case 'inputs':
      throw invalid(
        `model "${modelName}" has no signature and takes rows only: expected {"instances": [...]}, got {"inputs": ...}`,
      );
    case 'columns':
      return tableInstances(readTable(body, ''));
    case 'dataframe_split':
      return tableInstances(readTable(body.dataframe_split, 'dataframe_split'));
  }
}

/** The table that a body is, still unchecked; undefined where it is none. @throws RequestError */
export function tableIn(value: unknown): JsonObject | undefined {
  const body = checkedBody(value);
  const key = keyOf(body);
  const table = key === 'columns' ? body : key === 'dataframe_split' ? body[key] : undefined;
  return isObject(table) ? table : undefined;
}

function checkedBody(body: unknown): JsonObject {
  if (!isObject(body)) throw invalid(`the body: expected ${FORMS}, got ${described(body)}`);
  const { signature_name: name = '' } = body;
  if (name === '' || name === SIGNATURE_NAME) return body;
  const got = typeof name === 'string' ? shown(name) : described(name);
  throw invalid(`signature_name: expected "${SIGNATURE_NAME}", the only one there is, got ${got}`);
}

const KEYS = ['instances', 'inputs', 'columns', 'dataframe_split'] as const;

/** The one key that says which form the body has. */
function keyOf(body: JsonObject): (typeof KEYS)[number] {
  let found: (typeof KEYS)[number] | undefined;
  for (const key of KEYS) {
    if (!Object.hasOwn(body, key)) continue;
    if (found !== undefined) {
      throw invalid(`the body: expected ${FORMS}, got both "${found}" and "${key}"`);
    }
    found = key;
  }
  if (found !== undefined) return found;
  throw invalid(`the body: expected ${FORMS}, got ${gotKeys(Object.keys(body))}`);
}

function checkedInstances(instances: unknown): readonly unknown[] {
  if (!Array.isArray(instances)) {
    throw invalid(
      `instances: expected an array with one element for each row, got ${described(instances)}`,
    );
  }
  if (instances.length === 0) {
    throw invalid('instances: expected at least one row, got an empty array');
  }
  checkRows('instances', instances.length);
  return instances;
}

function byColumns(inputs: Tensors): TensorRequest {
  const rows = rowsOfColumns(inputs);
  checkRows('inputs', rows);
  return { form: 'columns', rows, inputs };
}

/** Those of the longest input. */
export function rowsOfColumns(inputs: Tensors): number {
  let rows = 1;
  for (const name in inputs) rows = Math.max(rows, inputs[name]?.shape[0] ?? 1);
  return rows;
}

function byTable(
  value: unknown,
  at: string,
  signature: Signature,
  bodyBytes: number,
): TensorRequest {
  const table = readTable(value, at);
  const inputs = tableTensors(table, signature, bodyBytes);
  return { form: 'rows', rows: table.data.length, inputs };
}

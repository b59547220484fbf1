/**
 * A body of the v1 protocol (TF Serving, KServe v1, Vertex) as input tensors: row form
 * `{"instances": [...]}` and column form `{"inputs": ...}`.
 */
import { RequestError } from '../../../errors.js';
import { described, keyPath, type Place } from '../../../model/place.js';
import type { Signature, TensorSpec } from '../../../model/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor.js';
import { tensorFromJson } from '../../../model/tensor-from-json.js';
import { checkRows } from '../../input-limits.js';

export type Form = 'rows' | 'columns';

export type TensorRequest = {
  readonly form: Form;
  readonly rows: number;
  readonly inputs: Tensors;
};

type JsonObject = Readonly<Record<string, unknown>>;

const FORMS = '{"instances": [...]} or {"inputs": ...}';

/**
 * @param bodyBytes the body's length: no tensor in it can have more values
 * @throws RequestError INVALID_INPUT naming input, position, expected and got
 */
export function readTensors(body: unknown, signature: Signature, bodyBytes: number): TensorRequest {
  const { instances, inputs } = topLevel(body);
  if (inputs !== undefined) return readColumns(inputs, signature, bodyBytes);
  return readRows(checkedInstances(instances), signature, bodyBytes);
}

/** The `instances` of a body for a model that takes them as they are. */
export function readInstances(body: unknown, modelName: string): readonly unknown[] {
  const { instances, inputs } = topLevel(body);
  if (inputs === undefined) return checkedInstances(instances);
  throw invalid(
    `model "${modelName}" has no signature and takes rows only: expected {"instances": [...]}, got {"inputs": ...}`,
  );
}

function topLevel(body: unknown): { instances?: unknown; inputs?: unknown } {
  if (!isObject(body)) throw invalid(`the body: expected ${FORMS}, got ${described(body)}`);
  const hasRows = Object.hasOwn(body, 'instances');
  const hasColumns = Object.hasOwn(body, 'inputs');
  if (hasRows && hasColumns) {
    throw invalid(`the body: expected ${FORMS}, got both "instances" and "inputs"`);
  }
  if (hasRows) return { instances: body.instances };
  if (hasColumns) return { inputs: body.inputs };
  throw invalid(`the body: expected ${FORMS}, got ${gotKeys(Object.keys(body))}`);
}

/** A client's own names in a message: the first few, and not all of a long one. */
function gotKeys(keys: readonly string[]): string {
  if (keys.length === 0) return 'an empty object';
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 40)));
  return `an object with ${shown.join(', ')}`;
}

function checkedInstances(instances: unknown): readonly unknown[] {
  if (!Array.isArray(instances)) {
    throw invalid(
      `instances: expected an array with one element for each row, got ${described(instances)}`,
    );
  }
  if (instances.length === 0)
    throw invalid('instances: expected at least one row, got an empty array');
  checkRows('instances', instances.length);
  return instances;
}

function readRows(
  instances: readonly unknown[],
  signature: Signature,
  bodyBytes: number,
): TensorRequest {
  const { inputs: specs } = signature;
  const tensors: Record<string, Tensor> = {};
  const [only, second] = specs;
  const isDirect = only !== undefined && second === undefined && !isObject(instances[0]);
  if (!isDirect) checkNames(instances, specs);
  for (const spec of specs) {
    checkHasRows(spec);
    const values = isDirect ? instances : instances.map((row) => (row as JsonObject)[spec.name]);
    const place = placeOf(spec, 'instances', isDirect ? undefined : spec.name);
    tensors[spec.name] = tensorFromJson(values, spec, place, bodyBytes);
  }
  return { form: 'rows', rows: instances.length, inputs: tensors };
}

function checkHasRows({ name, shape }: TensorSpec): void {
  if (shape.length > 0) return;
  throw invalid(`input "${name}" is one value for all rows: expected the form {"inputs": {...}}`);
}

function readColumns(inputs: unknown, signature: Signature, bodyBytes: number): TensorRequest {
  const { inputs: specs } = signature;
  const tensors: Record<string, Tensor> = {};
  const [only, second] = specs;
  const isUnnamed = only !== undefined && second === undefined && !isObject(inputs);
  if (!isUnnamed) checkObject(inputs, 'inputs', specs);
  let rows = 1;
  for (const spec of specs) {
    const value = isUnnamed ? inputs : (inputs as JsonObject)[spec.name];
    const root = isUnnamed ? 'inputs' : `inputs${keyPath(spec.name)}`;
    const tensor = tensorFromJson(value, spec, placeOf(spec, root), bodyBytes);
    if (tensor.shape.length > 0) rows = Math.max(rows, tensor.shape[0] ?? 1);
    tensors[spec.name] = tensor;
  }
  checkRows('inputs', rows);
  return { form: 'columns', rows, inputs: tensors };
}

function checkNames(instances: readonly unknown[], specs: readonly TensorSpec[]): void {
  for (let i = 0; i < instances.length; i++) checkObject(instances[i], `instances[${i}]`, specs);
}

/** Exactly the inputs of the model must be there. */
function checkObject(value: unknown, at: string, specs: readonly TensorSpec[]): void {
  if (!isObject(value)) {
    throw invalid(`${at}: expected an object with ${namesOf(specs)}, got ${described(value)}`);
  }
  const keys = Object.keys(value);
  for (const { name } of specs) {
    if (Object.hasOwn(value, name)) continue;
    const problem = `input ${JSON.stringify(name)} is missing`;
    throw invalid(`${at}: ${problem}; expected ${namesOf(specs)}, got ${gotKeys(keys)}`);
  }
  if (keys.length === specs.length) return;
  const unknown = keys.find((key) => specs.every(({ name }) => name !== key)) ?? '';
  throw invalid(
    `${at}: unknown input ${JSON.stringify(unknown.slice(0, 40))}; expected ${namesOf(specs)}`,
  );
}

function namesOf(specs: readonly TensorSpec[]): string {
  return specs.map(({ name }) => JSON.stringify(name)).join(', ');
}

function placeOf(spec: TensorSpec, root: string, key?: string): Place {
  const place: Place = { code: 'INVALID_INPUT', subject: `input "${spec.name}"`, root };
  return key === undefined ? place : { ...place, key };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): RequestError {
  return new RequestError('INVALID_INPUT', message);
}

/** Output tensors as a reply body of the v1 protocol; its name of a single output is none. */
import { RequestError } from '../../../errors.js';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { rowToJson, tensorToJson } from '../../../model/tensor/tensor-to-json.js';
import type { TensorRequest } from './request.js';

/** @throws RequestError INVALID_INPUT when the outputs cannot be told apart by rows */
export function tensorReply(asked: TensorRequest, signature: Signature, outputs: Tensors): string {
  const key = asked.form === 'columns' ? 'outputs' : 'predictions';
  return `{"${key}":${tensorText(asked, signature, outputs)}}`;
}

/** What stands under `outputs` or `predictions`. @throws as `tensorReply` */
export function tensorText(
  { form, rows }: TensorRequest,
  { outputs: specs }: Signature,
  outputs: Tensors,
): string {
  if (form === 'columns') return columnsToJson(specs, outputs);
  for (const { name } of specs) checkRows(name, tensorOf(outputs, name), rows);
  return rowsToJson(specs, outputs, rows);
}

function columnsToJson(specs: readonly TensorSpec[], outputs: Tensors): string {
  const [only, second] = specs;
  if (only !== undefined && second === undefined) return tensorToJson(tensorOf(outputs, only.name));
  return objectOf(specs, (name) => tensorToJson(tensorOf(outputs, name)));
}

export function rowsToJson(specs: readonly TensorSpec[], outputs: Tensors, rows: number): string {
  const [only, second] = specs;
  if (only !== undefined && second === undefined) return tensorToJson(tensorOf(outputs, only.name));
  const keys = keysOf(specs);
  const tensors = specs.map(({ name }) => tensorOf(outputs, name));
  let text = '[';
  for (let row = 0; row < rows; row++) {
    if (row > 0) text += ',';
    for (let at = 0; at < keys.length; at++) {
      text += keys[at];
      text += rowToJson(tensors[at] as Tensor, row);
    }
    text += keys.length === 0 ? '{}' : '}';
  }
  return `${text}]`;
}

const knownKeys = new WeakMap<readonly TensorSpec[], readonly string[]>();

/** What stands before each output's value in an object of them, from its bracket on. */
function keysOf(specs: readonly TensorSpec[]): readonly string[] {
  let keys = knownKeys.get(specs);
  if (keys === undefined) {
    keys = specs.map(({ name }, at) => `${at === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    knownKeys.set(specs, keys);
  }
  return keys;
}

function objectOf(specs: readonly TensorSpec[], toJson: (name: string) => string): string {
  let text = '{';
  for (const { name } of specs) {
    if (text.length > 1) text += ',';
    text += `${JSON.stringify(name)}:${toJson(name)}`;
  }
  return `${text}}`;
}

export function checkRows(name: string, { shape }: Tensor, rows: number): void {
  if (shape[0] === rows) return;
  throw new RequestError(
    'INVALID_INPUT',
    `output "${name}" has shape [${shape.join(', ')}], not one row for each of ${rows} instances: expected the form {"inputs": ...}`,
  );
}

export function tensorOf(outputs: Tensors, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new RequestError('MODEL_ERROR', `output "${name}" is missing`);
  return tensor;
}

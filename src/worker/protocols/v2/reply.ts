/** What a v2 request gets: JSON, and behind it the tensors it wanted as bytes. */
import type { JsonObject } from '../../../config/json-object.js';
import { RequestError } from '../../../errors.js';
import type { TensorModel } from '../../../model/model.js';
import { V2_DATATYPES } from '../../../model/paths/v2-datatype.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { flatToJson } from '../../../model/tensor/tensor-to-json.js';
import type { Reply } from '../../protocol.js';
import { tensorToBytes } from './binary-tensor.js';
import { BINARY_TYPE, JSON_LENGTH_HEADER } from './body.js';
import { parametersToJson } from './parameters.js';
import type { RequestedOutput } from './requested-outputs.js';

/** What of a request returns in its reply. */
export type Echo = {
  readonly id?: string;
  readonly parameters?: JsonObject;
};

export function inferReply(
  model: TensorModel,
  echo: Echo,
  requested: readonly RequestedOutput[],
  outputs: Tensors,
): Reply {
  let text = replyHead(model, echo);
  const binary: Uint8Array[] = [];
  const members = requested.map((output) => {
    const tensor = tensorOf(outputs, output.name);
    if (!output.isBinary)
      return outputToJson(output.name, tensor, '"data"', flatToJson(tensor, 'name'));
    const bytes = tensorToBytes(tensor);
    binary.push(bytes);
    return outputToJson(
      output.name,
      tensor,
      '"parameters"',
      `{"binary_data_size":${bytes.length}}`,
    );
  });
  text += `,"outputs":[${members.join(',')}]}`;
  return requested.some(({ isBinary }) => isBinary) ? withBinary(text, binary) : text;
}

/** What stands before the outputs. */
export function replyHead(
  { name, version }: Pick<TensorModel, 'name' | 'version'>,
  { id, parameters }: Echo,
): string {
  let text = `{"model_name":${JSON.stringify(name)},"model_version":${JSON.stringify(version)}`;
  if (id !== undefined) text += `,"id":${JSON.stringify(id)}`;
  if (parameters !== undefined) text += `,"parameters":${parametersToJson(parameters)}`;
  return text;
}

function withBinary(text: string, binary: readonly Uint8Array[]): Reply {
  const json = Buffer.from(text);
  const headers = { 'content-type': BINARY_TYPE, [JSON_LENGTH_HEADER]: String(json.length) };
  return { bytes: Buffer.concat([json, ...binary]), headers };
}

function outputToJson(name: string, tensor: Tensor, key: string, value: string): string {
  return `${outputHead(name, tensor)},${key}:${value}}`;
}

/** An output up to its values. */
export function outputHead(name: string, { dtype, shape }: Omit<Tensor, 'data'>): string {
  return `{"name":${JSON.stringify(name)},"datatype":"${V2_DATATYPES[dtype]}","shape":[${shape.join(',')}]`;
}

export function tensorOf(outputs: Tensors, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor === undefined) throw new RequestError('MODEL_ERROR', `output "${name}" is missing`);
  return tensor;
}

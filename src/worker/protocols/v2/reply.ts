/** What a v2 request gets: JSON, and behind it the tensors it wanted as bytes. */
import type { JsonObject } from '../../../config/json-object.js';
import { RequestError } from '../../../errors.js';
import type { TensorModel } from '../../../model/model.js';
import { V2_DATATYPES } from '../../../model/paths/v2-datatype.js';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import type { Reply } from '../../protocol.js';
import { isAscii, TensorSerializer } from '../../serializers/tensor-serializer.js';
import { tensorToBytes } from './binary-tensor.js';
import { BINARY_TYPE, JSON_LENGTH_HEADER } from './body.js';
import { parametersToJson } from './parameters.js';
import type { RequestedOutput } from './requested-outputs.js';

/** What of a request returns in its reply. */
export type Echo = {
  readonly id?: string;
  readonly parameters?: JsonObject;
};

/** Writes the values of one output; made once of its spec. */
export class OutputSerializer {
  readonly name: string;
  /** Of all that is written here. */
  readonly isAscii: boolean;
  /** Up to the sizes of its shape. */
  readonly #head: string;
  readonly #values: TensorSerializer;

  constructor(spec: TensorSpec) {
    const { name, dtype } = spec;
    this.name = name;
    this.#head = `{"name":${JSON.stringify(name)},"datatype":"${V2_DATATYPES[dtype]}","shape":[`;
    this.#values = new TensorSerializer(spec, 'name');
    this.isAscii = isAscii(this.#head) && this.#values.isAscii;
  }

  /** Up to its values. */
  head(shape: readonly number[]): string {
    return `${this.#head}${shape.join(',')}]`;
  }

  withData(tensor: Tensor): string {
    return `${this.head(tensor.shape)},"data":${this.#values.flat(tensor)}}`;
  }

  withSize({ shape }: Tensor, bytes: number): string {
    return `${this.head(shape)},"parameters":{"binary_data_size":${bytes}}}`;
  }

  /** Its values with commas between. */
  values(outputs: Tensors): string {
    return this.#values.flat(this.tensorIn(outputs)).slice(1, -1);
  }

  tensorIn(outputs: Tensors): Tensor {
    const tensor = outputs[this.name];
    if (tensor !== undefined) return tensor;
    throw new RequestError('MODEL_ERROR', `output "${this.name}" is missing`);
  }
}

const madeOutputs = new WeakMap<Signature['outputs'], ReadonlyMap<string, OutputSerializer>>();

/** That of an output of the model, by its name. */
export function outputSerializer({ outputs }: Signature, name: string): OutputSerializer {
  let all = madeOutputs.get(outputs);
  if (all === undefined) {
    all = new Map(outputs.map((spec) => [spec.name, new OutputSerializer(spec)]));
    madeOutputs.set(outputs, all);
  }
  const serializer = all.get(name);
  if (serializer === undefined) {
    throw new RequestError('MODEL_ERROR', `output "${name}" is not in the signature`);
  }
  return serializer;
}

/** What stands before a model's outputs; all but the request's own is made once. */
export class ReplyHead {
  readonly #model: string;
  readonly #isAscii: boolean;

  constructor({ name, version }: Pick<TensorModel, 'name' | 'version'>) {
    this.#model = `{"model_name":${JSON.stringify(name)},"model_version":${JSON.stringify(version)}`;
    this.#isAscii = isAscii(this.#model);
  }

  static of(model: TensorModel): ReplyHead {
    let head = madeHeads.get(model);
    if (head === undefined) {
      head = new ReplyHead(model);
      madeHeads.set(model, head);
    }
    return head;
  }

  toJson({ id, parameters }: Echo): string {
    let text = this.#model;
    if (id !== undefined) text += `,"id":${JSON.stringify(id)}`;
    if (parameters !== undefined) text += `,"parameters":${parametersToJson(parameters)}`;
    return text;
  }

  isAscii({ id, parameters }: Echo): boolean {
    return this.#isAscii && parameters === undefined && (id === undefined || isAscii(id));
  }
}

const madeHeads = new WeakMap<TensorModel, ReplyHead>();

export function inferReply(
  model: TensorModel,
  echo: Echo,
  requested: readonly RequestedOutput[],
  outputs: Tensors,
): Reply {
  let text = `${ReplyHead.of(model).toJson(echo)},"outputs":[`;
  let binary: Uint8Array[] | undefined;
  for (let at = 0; at < requested.length; at += 1) {
    const { name, isBinary } = requested[at] as RequestedOutput;
    const serializer = outputSerializer(model.signature, name);
    const tensor = serializer.tensorIn(outputs);
    if (at > 0) text += ',';
    if (!isBinary) {
      text += serializer.withData(tensor);
      continue;
    }
    const bytes = tensorToBytes(tensor);
    binary ??= [];
    binary.push(bytes);
    text += serializer.withSize(tensor, bytes.length);
  }
  text += ']}';
  return binary === undefined ? text : withBinary(text, binary);
}

function withBinary(text: string, binary: readonly Uint8Array[]): Reply {
  const json = Buffer.from(text);
  const headers = { 'content-type': BINARY_TYPE, [JSON_LENGTH_HEADER]: String(json.length) };
  return { bytes: Buffer.concat([json, ...binary]), headers };
}

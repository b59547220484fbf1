/** The JSON of a v2 body, and tensors behind it, as what a request asks of a model. */
import type { JsonObject } from '../../../config/json-object.js';
import type { TensorModel } from '../../../model/model.js';
import { described } from '../../../model/tensor/place.js';
import { takesWideIntegers } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { checkRows } from '../../body/input-limits.js';
import { invalid } from '../../invalid-input.js';
import { checkedObject } from '../../json-object.js';
import type { PartForm, Reply, TensorExchange } from '../../protocol.js';
import { type CutBody, cutNumbers } from './cut-numbers.js';
import { InputReader, type InputSources } from './input-tensors.js';
import { booleanParameter, NO_PARAMETERS, parametersOf } from './parameters.js';
import { valueParts } from './parts.js';
import { type Echo, inferReply, outputSerializer, ReplyHead } from './reply.js';
import { type RequestedOutput, requestedOutputs } from './requested-outputs.js';
import { parseV2Json } from './v2-json.js';

const NOTHING_CUT: InputSources['cut'] = new Map();

/** Reads what it can of the numbers without JSON values between. */
export function readRequest(json: Buffer, binary: Buffer, model: TensorModel): TensorExchange {
  return scannedRequest(json, binary, model) ?? wholeRequest(json, binary, model);
}

/** All of it is read as JSON. @throws RequestError */
export function wholeRequest(json: Buffer, binary: Buffer, model: TensorModel): TensorExchange {
  return parsedRequest(json, { json, inputs: NOTHING_CUT }, binary, model);
}

function scannedRequest(
  json: Buffer,
  binary: Buffer,
  model: TensorModel,
): TensorExchange | undefined {
  const body = cutNumbers(json, model.signature);
  if (body === undefined) return undefined;
  try {
    return parsedRequest(json, body, binary, model);
  } catch {
    // What is wrong has another position in what was left.
    return undefined;
  }
}

function parsedRequest(
  whole: Buffer,
  { json, inputs: cut }: CutBody,
  binary: Buffer,
  model: TensorModel,
): TensorExchange {
  const { signature } = model;
  const request = checkedObject(
    parseV2Json(json, takesWideIntegers(signature)),
    'the body',
    'an object with "inputs"',
  );
  const parameters = parametersOf(request, '');
  const isBinary = booleanParameter(parameters, 'binary_data_output', '') ?? false;
  const outputs = requestedOutputs(request, signature, isBinary);
  const sources = { jsonBytes: whole.length, binary, cut };
  const inputs = new InputReader(signature, model.name, sources).read(request.inputs);
  return exchange(model, inputs, echoOf(request, parameters), outputs);
}

export function exchange(
  model: TensorModel,
  inputs: Tensors,
  echo: Echo,
  outputs: readonly RequestedOutput[],
): TensorExchange {
  return new Infer(model, inputs, rowsOf(inputs), echo, outputs);
}

/** Its methods are not closures: every request makes one of these. */
class Infer implements TensorExchange {
  readonly inputs: Tensors;
  readonly rows: number;
  readonly #model: TensorModel;
  readonly #echo: Echo;
  readonly #outputs: readonly RequestedOutput[];

  constructor(
    model: TensorModel,
    inputs: Tensors,
    rows: number,
    echo: Echo,
    outputs: readonly RequestedOutput[],
  ) {
    this.inputs = inputs;
    this.rows = rows;
    this.#model = model;
    this.#echo = echo;
    this.#outputs = outputs;
  }

  get isAscii(): boolean {
    const { signature } = this.#model;
    if (!ReplyHead.of(this.#model).isAscii(this.#echo)) return false;
    return this.#outputs.every(({ name }) => outputSerializer(signature, name).isAscii);
  }

  /** Bytes are not worth dividing. */
  get parts(): PartForm | undefined {
    const isBinary = this.#outputs.some((output) => output.isBinary);
    return isBinary ? undefined : valueParts(this.#model, this.#echo, this.#outputs);
  }

  reply(tensors: Tensors): Reply {
    return inferReply(this.#model, this.#echo, this.#outputs, tensors);
  }
}

function echoOf(request: JsonObject, parameters: JsonObject): Echo {
  const id = request.id ?? undefined;
  if (id !== undefined && typeof id !== 'string') {
    throw invalid(`id: expected a string, got ${described(id)}`);
  }
  return {
    ...(id === undefined ? {} : { id }),
    ...(parameters === NO_PARAMETERS ? {} : { parameters }),
  };
}

function rowsOf(inputs: Tensors): number {
  let rows = 1;
  for (const name in inputs) rows = Math.max(rows, inputs[name]?.shape[0] ?? 1);
  checkRows('inputs', rows);
  return rows;
}

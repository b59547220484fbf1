/** The Open Inference Protocol v2 with Triton's binary tensors, as the inference path uses it. */
import type { JsonObject } from '../../../config/json-object.js';
import type { TensorModel } from '../../../model/model.js';
import { described } from '../../../model/tensor/place.js';
import { takesWideIntegers } from '../../../model/tensor/signature.js';
import type { Tensors } from '../../../model/tensor/tensor.js';
import { checkRows } from '../../body/input-limits.js';
import { checkedObject, invalid } from '../../json-object.js';
import type { Protocol, Reply, TensorExchange } from '../../protocol.js';
import { bodyParts } from './body.js';
import { InputReader } from './input-tensors.js';
import { booleanParameter, NO_PARAMETERS, parametersOf } from './parameters.js';
import { valueParts, writeValues } from './parts.js';
import { rawInputs } from './raw-form.js';
import { type Echo, inferReply } from './reply.js';
import { allOutputs, type RequestedOutput, requestedOutputs } from './requested-outputs.js';
import { parseV2Json } from './v2-json.js';

export const v2: Protocol = {
  name: 'v2',

  readTensors(body, model) {
    const { json, binary } = bodyParts(body);
    const { signature } = model;
    if (json === undefined) {
      const inputs = rawInputs(binary, signature, model.name);
      return exchange(model, inputs, {}, allOutputs(signature.outputs, true));
    }
    const request = checkedObject(
      parseV2Json(json, takesWideIntegers(signature)),
      'the body',
      'an object with "inputs"',
    );
    const parameters = parametersOf(request, '');
    const isBinary = booleanParameter(parameters, 'binary_data_output', '') ?? false;
    const outputs = requestedOutputs(request, signature, isBinary);
    const reader = new InputReader(signature, model.name, { jsonBytes: json.length, binary });
    const inputs = reader.read(request.inputs);
    return exchange(model, inputs, echoOf(request, parameters), outputs);
  },

  writePart: writeValues,

  /** Without a signature there are no tensors to name, neither in a request nor in a reply. */
  readInstances(_body, { name }) {
    throw invalid(
      `model "${name}" has no signature, and v2 carries tensors only; expected POST /v1/models/${name}:predict`,
    );
  },
};

function exchange(
  model: TensorModel,
  inputs: Tensors,
  echo: Echo,
  outputs: readonly RequestedOutput[],
): TensorExchange {
  const rows = rowsOf(inputs);
  const reply = (tensors: Tensors): Reply => inferReply(model, echo, outputs, tensors);
  // Bytes are not worth dividing.
  if (outputs.some(({ isBinary }) => isBinary)) return { inputs, rows, reply };
  return { inputs, rows, reply, parts: valueParts(model, echo, outputs) };
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

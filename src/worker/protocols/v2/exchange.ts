/** The Open Inference Protocol v2 with Triton's binary tensors, as the inference path uses it. */
import { invalid } from '../../invalid-input.js';
import type { Protocol } from '../../protocol.js';
import { bodyParts } from './body.js';
import { writeValues } from './parts.js';
import { rawInputs } from './raw-form.js';
import { exchange, readRequest } from './request.js';
import { allOutputs } from './requested-outputs.js';

export const v2: Protocol = {
  name: 'v2',

  readTensors(body, model) {
    const { json, binary } = bodyParts(body);
    if (json !== undefined) return readRequest(json, binary, model);
    const { signature, name } = model;
    const inputs = rawInputs(binary, signature, name);
    return exchange(model, inputs, {}, allOutputs(signature.outputs, true));
  },

  writePart: writeValues,

  /** Without a signature there are no tensors to name, neither in a request nor in a reply. */
  readInstances(_body, { name }) {
    throw invalid(
      `model "${name}" has no signature, and v2 carries tensors only; expected POST /v1/models/${name}:predict`,
    );
  },
};

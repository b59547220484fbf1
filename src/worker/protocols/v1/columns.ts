/** The column form: the whole of the only input, or an object with the whole of each. */

import type { JsonObject } from '../../../config/json-object.js';
import { keyPath } from '../../../model/tensor/place.js';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { tensorFromJson } from '../../../model/tensor/tensor-from-json.js';
import { withDecodedTexts } from './base64-text.js';
import { checkInputNames, isUnnamed, onlyInput, placeOf } from './named-inputs.js';

export function columnTensors(
  inputs: unknown,
  { inputs: specs }: Signature,
  bodyBytes: number,
): Tensors {
  const only = onlyInput(specs);
  if (only !== undefined && isUnnamed(inputs, only)) {
    return { [only.name]: columnTensor(inputs, only, 'inputs', bodyBytes) };
  }
  checkInputNames(inputs, 'inputs', specs);
  const byName = inputs as JsonObject;
  const tensors: Record<string, Tensor> = {};
  for (const spec of specs) {
    if (!Object.hasOwn(byName, spec.name)) continue;
    const root = `inputs${keyPath(spec.name)}`;
    tensors[spec.name] = columnTensor(byName[spec.name], spec, root, bodyBytes);
  }
  return tensors;
}

function columnTensor(value: unknown, spec: TensorSpec, root: string, bodyBytes: number): Tensor {
  const place = placeOf(spec, root);
  const values = spec.dtype === 'string' ? withDecodedTexts(value, place) : value;
  return tensorFromJson(values, spec, place, bodyBytes);
}

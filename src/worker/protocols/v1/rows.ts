/** The row form: each instance is a row of the only input, or an object with a row of each. */
import type { JsonObject } from '../../../config/json-object.js';
import type { Signature, TensorSpec } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { tensorFromJson } from '../../../model/tensor/tensor-from-json.js';
import { invalid } from '../../invalid-input.js';
import { withDecodedTexts } from './base64-text.js';
import { checkInputNames, isUnnamed, missing, onlyInput, placeOf } from './named-inputs.js';

export function rowTensors(
  instances: readonly unknown[],
  { inputs: specs }: Signature,
  bodyBytes: number,
): Tensors {
  const only = onlyInput(specs);
  if (only !== undefined && isUnnamed(instances[0], only)) {
    return { [only.name]: rowTensor(instances, only, undefined, bodyBytes) };
  }
  for (let i = 0; i < instances.length; i++) {
    checkInputNames(instances[i], `instances[${i}]`, specs);
  }
  const rows = instances as readonly JsonObject[];
  const tensors: Record<string, Tensor> = {};
  for (const spec of specs) {
    if (spec.isOptional === true && isLeftOut(rows, spec, specs)) continue;
    const values = rows.map((row) => row[spec.name]);
    tensors[spec.name] = rowTensor(values, spec, spec.name, bodyBytes);
  }
  return tensors;
}

/** An input that one row leaves out, all must. */
function isLeftOut(
  rows: readonly JsonObject[],
  { name }: TensorSpec,
  specs: readonly TensorSpec[],
): boolean {
  const without = rows.findIndex((row) => !Object.hasOwn(row, name));
  if (without < 0) return false;
  if (rows.every((row) => !Object.hasOwn(row, name))) return true;
  throw missing(`instances[${without}]`, name, specs, 'it in other rows');
}

/** @param key under which each row has its value; absent: the rows are the values */
function rowTensor(
  values: readonly unknown[],
  spec: TensorSpec,
  key: string | undefined,
  bodyBytes: number,
): Tensor {
  if (spec.shape.length === 0 && spec.hasAnyShape !== true) {
    throw invalid(
      `input "${spec.name}" is one value for all rows: expected the form {"inputs": {...}}`,
    );
  }
  const place = placeOf(spec, 'instances', key);
  if (spec.dtype === 'string') withDecodedTexts(values, place);
  return tensorFromJson(values, spec, place, bodyBytes);
}

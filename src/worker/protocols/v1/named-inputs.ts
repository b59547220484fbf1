/** Inputs that are told by their names, in an object. */

import { isObject, type JsonObject } from '../../../config/json-object.js';
import { described, type Place } from '../../../model/tensor/place.js';
import type { TensorSpec } from '../../../model/tensor/signature.js';
import { invalid } from '../../invalid-input.js';
import { gotKeys, namesOf, shown } from '../../json-object.js';

/** All inputs of the model that may not be left out must be there, and nothing else. */
export function checkInputNames(value: unknown, at: string, specs: readonly TensorSpec[]): void {
  if (!isObject(value)) {
    throw invalid(`${at}: expected an object with ${namesOf(specs)}, got ${described(value)}`);
  }
  const keys = Object.keys(value);
  let known = 0;
  for (const { name, isOptional } of specs) {
    if (Object.hasOwn(value, name)) known++;
    else if (isOptional !== true) throw missing(at, name, specs, gotKeys(keys));
  }
  if (known === keys.length) return;
  const unknown = keys.find((key) => specs.every(({ name }) => name !== key)) ?? '';
  throw invalid(`${at}: unknown input ${shown(unknown)}; expected ${namesOf(specs)}`);
}

export function missing(
  at: string,
  name: string,
  specs: readonly TensorSpec[],
  got: string,
): Error {
  const problem = `input ${JSON.stringify(name)} is missing`;
  return invalid(`${at}: ${problem}; expected ${namesOf(specs)}, got ${got}`);
}

/** The input that need not be named: the only one, or the only one that may not be left out. */
export function onlyInput(specs: readonly TensorSpec[]): TensorSpec | undefined {
  const [first, second] = specs;
  if (second === undefined) return first;
  const [required, other] = specs.filter(({ isOptional }) => isOptional !== true);
  return other === undefined ? required : undefined;
}

/** Whether the value is the input itself, and not an object with inputs by name. */
export function isUnnamed(value: unknown, { name, dtype }: TensorSpec): boolean {
  if (!isObject(value)) return true;
  return dtype === 'string' && name !== BASE64_KEY && isBase64Object(value);
}

export const BASE64_KEY = 'b64';

/** `{"b64": "…"}`, TF Serving's form of bytes. */
export function isBase64Object(value: unknown): value is JsonObject {
  return isObject(value) && Object.hasOwn(value, BASE64_KEY) && Object.keys(value).length === 1;
}

export function placeOf(spec: TensorSpec, root: string, key?: string): Place {
  const place: Place = { code: 'INVALID_INPUT', subject: `input "${spec.name}"`, root };
  return key === undefined ? place : { ...place, key };
}

/** Checks the signature a module declares: it comes from a user, in any shape. */
import { isObject } from '../../config/json-object.js';
import { DTYPES, isDtype } from '../tensor/dtype.js';
import type { Signature, TensorSpec } from '../tensor/signature.js';

export type SignatureReading = {
  readonly signature: Signature;
  readonly faults: readonly string[];
};

/** A copy that holds nothing but what a signature has, and what was wrong with the original. */
export function checkSignature(declared: unknown): SignatureReading {
  const faults: string[] = [];
  const { inputs, outputs } = isObject(declared) ? declared : {};
  const signature = {
    inputs: checkSpecs(inputs, 'signature.inputs', faults),
    outputs: checkSpecs(outputs, 'signature.outputs', faults),
  };
  return { signature, faults };
}

function checkSpecs(specs: unknown, at: string, faults: string[]): TensorSpec[] {
  if (!Array.isArray(specs) || specs.length === 0) {
    faults.push(`${at}: expected an array of at least one {name, dtype, shape}.`);
    return [];
  }
  const checked = specs.flatMap((spec, index) => checkSpec(spec, `${at}[${index}]`, faults));
  const names = checked.map((spec) => spec.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) faults.push(`${at}: ${JSON.stringify(twice)} is there twice.`);
  return checked;
}

function checkSpec(spec: unknown, at: string, faults: string[]): TensorSpec[] {
  if (!isObject(spec)) {
    faults.push(`${at}: expected {name, dtype, shape}.`);
    return [];
  }
  const { name, dtype, shape } = spec;
  const problems: string[] = [];
  const isNamed = typeof name === 'string' && name !== '';
  if (!isNamed) problems.push(`${at}.name: expected a text.`);
  if (!isDtype(dtype)) problems.push(`${at}.dtype: expected one of ${DTYPES.join(', ')}.`);
  if (!isShape(shape)) {
    problems.push(`${at}.shape: expected an array of sizes from 1 on, −1 where a size is free.`);
  }
  faults.push(...problems);
  if (!isNamed || !isDtype(dtype) || !isShape(shape)) return [];
  return [{ name, dtype, shape: [...shape] }];
}

function isShape(shape: unknown): shape is number[] {
  if (!Array.isArray(shape)) return false;
  return shape.every((size) => Number.isSafeInteger(size) && (size === -1 || size >= 1));
}

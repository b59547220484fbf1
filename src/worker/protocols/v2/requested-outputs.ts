/** Which outputs a request wants, and which of them as bytes. */

import type { JsonObject } from '../../../config/json-object.js';
import { described } from '../../../model/tensor/place.js';
import type { Signature } from '../../../model/tensor/signature.js';
import { invalid } from '../../invalid-input.js';
import { checkedObjects, namesOf, shown } from '../../json-object.js';
import { booleanParameter, parametersOf } from './parameters.js';

export type RequestedOutput = { readonly name: string; readonly isBinary: boolean };

/**
 * Those the body lists, in its order; without a list all.
 *
 * @param isBinary what holds for an output that does not say it itself
 * @throws RequestError INVALID_INPUT
 */
export function requestedOutputs(
  body: JsonObject,
  { outputs: specs }: Signature,
  isBinary: boolean,
): readonly RequestedOutput[] {
  const listed = checkedObjects(body.outputs ?? [], 'outputs', 'an array of {"name"}');
  if (listed.length === 0) return allOutputs(specs, isBinary);
  const names = new Set<string>();
  return listed.map((output, index) => {
    const at = `outputs[${index}]`;
    const name = checkedName(output.name, at, specs);
    if (names.has(name)) throw invalid(`${at}: output ${shown(name)} is there twice`);
    names.add(name);
    const own = booleanParameter(parametersOf(output, `${at}.`), 'binary_data', `${at}.`);
    return { name, isBinary: own ?? isBinary };
  });
}

export function allOutputs(
  specs: Signature['outputs'],
  isBinary: boolean,
): readonly RequestedOutput[] {
  return specs.map(({ name }) => ({ name, isBinary }));
}

function checkedName(name: unknown, at: string, specs: Signature['outputs']): string {
  if (typeof name !== 'string') {
    throw invalid(`${at}.name: expected a string, got ${described(name)}`);
  }
  if (specs.some((spec) => spec.name === name)) return name;
  throw invalid(`${at}: unknown output ${shown(name)}; expected ${namesOf(specs)}`);
}

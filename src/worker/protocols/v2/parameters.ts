/** The `parameters` of a v2 body: of the request, of an input, of a requested output. */
import type { JsonObject } from '../../../config/json-object.js';
import { described } from '../../../model/tensor/place.js';
import { invalid } from '../../invalid-input.js';
import { checkedObject, shown } from '../../json-object.js';

/** Of an owner that has none, or null: some clients write all members of an object. */
export const NO_PARAMETERS: JsonObject = {};

/**
 * The parameters of `owner`, each a string, a number or a boolean; those we do not know are for
 * others to read.
 *
 * @throws RequestError INVALID_INPUT for what would be ignored and must not be
 */
export function parametersOf(owner: JsonObject, at: string): JsonObject {
  const given = owner.parameters ?? undefined;
  if (given === undefined) return NO_PARAMETERS;
  const parameters = checkedObject(given, `${at}parameters`);
  for (const [name, value] of Object.entries(parameters)) {
    if (!isParameter(value)) {
      const got = described(value);
      throw invalid(
        `${at}parameters: ${shown(name)}: expected a string, a number or a boolean, got ${got}`,
      );
    }
    const reason = refusalOf(name);
    if (reason !== undefined) throw invalid(`${at}parameters: ${shown(name)}: ${reason}`);
  }
  return parameters;
}

/** @throws RequestError INVALID_INPUT when it is there and no boolean */
export function booleanParameter(
  parameters: JsonObject,
  name: string,
  at: string,
): boolean | undefined {
  const value = parameters[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalid(`${at}parameters: "${name}": expected true or false, got ${described(value)}`);
}

/** Parameters as they came, also numbers that only a bigint holds. */
export function parametersToJson(parameters: JsonObject): string {
  const members = Object.entries(parameters).map(
    ([name, value]) =>
      `${JSON.stringify(name)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`,
  );
  return `{${members.join(',')}}`;
}

function isParameter(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return ['string', 'boolean', 'bigint'].includes(typeof value);
}

/** Extensions that change what a tensor means: ignored, they would make a wrong answer. */
function refusalOf(name: string): string | undefined {
  if (name.startsWith('shared_memory_')) return 'tensors in shared memory are not supported';
  if (name === 'classification') return 'the classification extension is not supported';
  if (name.startsWith('triton_')) return 'names that begin with "triton_" are reserved';
  return undefined;
}

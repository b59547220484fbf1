/** Reading the objects of a body, each fault named by its place. */
import { isObject, type JsonObject } from '../config/json-object.js';
import { described } from '../model/tensor/place.js';
import { invalid } from './invalid-input.js';

/** @throws RequestError INVALID_INPUT */
export function checkedObject(value: unknown, at: string, expected = 'an object'): JsonObject {
  if (isObject(value)) return value;
  throw invalid(`${at}: expected ${expected}, got ${described(value)}`);
}

/** @throws RequestError INVALID_INPUT when it is no array of objects */
export function checkedObjects(
  value: unknown,
  at: string,
  expected: string,
): readonly JsonObject[] {
  if (!Array.isArray(value)) throw invalid(`${at}: expected ${expected}, got ${described(value)}`);
  return value.map((each, index) => checkedObject(each, `${at}[${index}]`));
}

/** A client's own text in a message, and not all of a long one. */
export function shown(text: string): string {
  return JSON.stringify(text.length <= 40 ? text : `${text.slice(0, 40)}…`);
}

/** Those of an object's keys that a message shows: the first few. */
export function gotKeys(keys: readonly string[]): string {
  if (keys.length === 0) return 'an empty object';
  return `an object with ${keys.slice(0, 5).map(shown).join(', ')}`;
}

export function namesOf(specs: readonly { readonly name: string }[]): string {
  return specs.map(({ name }) => JSON.stringify(name)).join(', ');
}

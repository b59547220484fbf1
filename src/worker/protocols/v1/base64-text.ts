/** Strings that came as bytes: `{"b64": "aGVsbG8="}` means "hello", as in TF Serving. */
import { isUtf8 } from 'node:buffer';
import { described, misfit, type Place } from '../../../model/tensor/place.js';
import { BASE64_KEY, isBase64Object } from './named-inputs.js';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The same arrays with texts where there were such objects. Whatever else is no text is left for
 * the reading of the tensor to refuse.
 *
 * @param value parsed JSON; changed in place
 * @throws RequestError INVALID_INPUT for bytes that are no UTF-8, which no string tensor holds
 */
export function withDecodedTexts(value: unknown, place: Place): unknown {
  return decoded(value, place, []);
}

function decoded(value: unknown, place: Place, indexes: readonly number[]): unknown {
  if (isBase64Object(value)) return textOf(value[BASE64_KEY], place, indexes);
  if (!Array.isArray(value)) return value;
  for (let i = 0; i < value.length; i++) {
    // Objects and arrays alone: nearly all of a tensor's values are texts already.
    if (typeof value[i] === 'object') value[i] = decoded(value[i], place, [...indexes, i]);
  }
  return value;
}

function textOf(base64: unknown, place: Place, indexes: readonly number[]): string {
  if (typeof base64 !== 'string' || base64.length % 4 !== 0 || !BASE64.test(base64)) {
    const got = described(base64);
    throw misfit(place, indexes, `expected base64 with padding under "${BASE64_KEY}", got ${got}`);
  }
  const bytes = Buffer.from(base64, 'base64');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw misfit(
    place,
    indexes,
    `expected UTF-8 in the bytes under "${BASE64_KEY}", got other bytes`,
  );
}

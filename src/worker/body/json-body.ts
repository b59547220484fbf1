/** The bytes of a body to the JSON value in it; whatever they are, never worse than a 400. */
import { constants, isUtf8 } from 'node:buffer';
import secureJsonParse from 'secure-json-parse';
import { RequestError } from '../../errors.js';
import { invalid } from '../invalid-input.js';
import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from '../punctuation.js';
import { withExactIntegers } from './exact-integers.js';
import { findJsonFault } from './json-fault.js';

/** Deeper than any tensor; recursion over a body that deep is safe. */
const DEEPEST = 100;
/**
 * Arrays and objects in one body. Each costs `JSON.parse` up to 400 bytes: 32 MB of `[],` are
 * 1.7 GB, which would kill the worker, and then the next.
 */
export const MOST_CONTAINERS = 4_000_000;
/** A smaller body can hold neither too many nor dangerously deep arrays: not worth a look. */
const HARMLESS_BYTES = 4096;

/**
 * @param keepsDigits whole numbers beyond ±(2^53 − 1) become bigints, wherever they are in the
 *   body; for models that take int64 or uint64
 * @throws RequestError INVALID_INPUT with the position of the first fault, or BODY_TOO_LARGE
 */
export function parseJsonBody(bytes: Buffer, keepsDigits = false): unknown {
  if (bytes.length === 0) throw invalid('the body is empty; expected JSON');
  if (bytes.length > constants.MAX_STRING_LENGTH) throw tooLong(bytes.length);
  if (!isUtf8(bytes)) throw invalid('the body is not valid UTF-8');
  if (bytes.length > HARMLESS_BYTES) checkNesting(bytes);
  const text = bytes.toString('utf8');
  try {
    // Refuses keys such as __proto__, which would hurt a module that copies what it got.
    const value = secureJsonParse(text);
    return keepsDigits ? withExactIntegers(text.replace(/^\uFEFF/, ''), value) : value;
  } catch (error) {
    throw unparsable(text, error);
  }
}

/** Longer than any text Node can make of it, which only a very large `--max-body` lets through. */
function tooLong(bytes: number): RequestError {
  return new RequestError(
    'BODY_TOO_LARGE',
    `expected at most ${constants.MAX_STRING_LENGTH} bytes of JSON, got ${bytes}: send it in parts, or as binary tensors`,
  );
}

function unparsable(text: string, cause: unknown): RequestError {
  const content = text.replace(/^\uFEFF/, '');
  const fault = findJsonFault(content);
  if (fault === undefined)
    return invalid('the body has a key that is not allowed (__proto__)', { cause });
  const { offset, expected } = fault;
  const before = content.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  const char = content.codePointAt(offset);
  const got = char === undefined ? 'the end' : JSON.stringify(String.fromCodePoint(char));
  const at = `position ${offset} (line ${line}, column ${column})`;
  return invalid(`the body is not valid JSON at ${at}: expected ${expected}, got ${got}`, {
    cause,
  });
}

/** Looks at brackets only: nearly every byte of a tensor is passed over by the first comparison. */
function checkNesting(bytes: Buffer): void {
  let depth = 0;
  let containers = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < OPEN_ARRAY && byte !== QUOTE) continue;
    if (byte === QUOTE) {
      i = endOfString(bytes, i);
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth++;
      containers++;
      if (depth > DEEPEST)
        throw invalid(`the body is nested deeper than ${DEEPEST} levels (position ${i})`);
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--;
    }
  }
  if (containers > MOST_CONTAINERS) {
    throw invalid(
      `the body has ${containers} arrays and objects; expected at most ${MOST_CONTAINERS}: send it in parts`,
    );
  }
}

/** Index of the quote that ends the string begun at `start`; the body's length when none does. */
function endOfString(bytes: Buffer, start: number): number {
  let end = bytes.indexOf(QUOTE, start + 1);
  while (end >= 0 && isEscaped(bytes, end)) end = bytes.indexOf(QUOTE, end + 1);
  return end < 0 ? bytes.length : end;
}

function isEscaped(bytes: Buffer, index: number): boolean {
  let backslashes = 0;
  while (bytes[index - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

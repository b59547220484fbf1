/** Past values of JSON whose content does not matter. They need not be valid: others judge that. */

import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from '../punctuation.js';
import { GAVE_UP, pastSign, pastSpaces } from './number-scan.js';

/** Behind the string that begins at `at`; `GAVE_UP` where none does, or none ends. */
function pastString(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return GAVE_UP;
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
  }
  return GAVE_UP;
}

/** As `pastString`; `GAVE_UP` also for one in which a character is escaped, and so may be any. */
function pastPlainString(bytes: Buffer, at: number): number {
  const end = pastString(bytes, at);
  if (end === GAVE_UP) return GAVE_UP;
  for (let i = at + 1; i < end; i++) if (bytes[i] === BACKSLASH) return GAVE_UP;
  return end;
}

/** Behind a value, and spaces before it; `GAVE_UP` also where there is no `from`. */
export function pastValue(bytes: Buffer, from: number): number {
  if (from === GAVE_UP) return GAVE_UP;
  let at = pastSpaces(bytes, from);
  let depth = 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const end = pastString(bytes, at);
      if (end === GAVE_UP || depth === 0) return end;
      at = end - 1;
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth++;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (byte === COMMA && depth === 0) {
      return at;
    }
  }
  return GAVE_UP;
}

/** Behind a member whose key is none of those that matter: with an escape in it, it might be one. */
export function pastMember(bytes: Buffer, from: number): number {
  const key = pastPlainString(bytes, pastSpaces(bytes, from));
  return key === GAVE_UP ? GAVE_UP : pastValue(bytes, pastSign(bytes, key, COLON));
}

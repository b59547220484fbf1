/**
 * Whole numbers that JSON.parse cannot read exactly. JSON has no bound for them and int64 and
 * uint64 have more digits than a double, so for models that take those a body with a long number
 * is read twice: as it is, and with such numbers as strings. Other bodies cost one look.
 */
import { BACKSLASH, QUOTE } from '../punctuation.js';

/** 2^53 has as many. */
const MAY_BE_LONG = /\d{16}/;
const STRING_OR_NUMBER = /"|\d[\d.eE+-]*/g;
/** uint64 has 20 digits at most; reading very long ones exactly would take a long time. */
const LONG_INTEGER = /^\d{16,20}$/;

/**
 * `value` with each whole number beyond ±(2^53 − 1) as a bigint, where it was written in digits.
 *
 * @param text valid JSON, without a byte order mark
 * @param value what JSON.parse made of it; changed in place
 */
export function withExactIntegers(text: string, value: unknown): unknown {
  if (!MAY_BE_LONG.test(text)) return value;
  const quoted = quoteLongIntegers(text);
  return quoted === text ? value : merged(value, JSON.parse(quoted));
}

function quoteLongIntegers(text: string): string {
  let quoted = '';
  let copied = 0;
  STRING_OR_NUMBER.lastIndex = 0;
  for (;;) {
    const match = STRING_OR_NUMBER.exec(text);
    if (match === null) return quoted + text.slice(copied);
    const [token] = match;
    const { index } = match;
    if (token === '"') {
      STRING_OR_NUMBER.lastIndex = endOfString(text, index + 1);
    } else if (LONG_INTEGER.test(token)) {
      const start = text[index - 1] === '-' ? index - 1 : index;
      const end = index + token.length;
      quoted += `${text.slice(copied, start)}"${text.slice(start, end)}"`;
      copied = end;
    }
  }
}

/** The index after the quote that ends the string; `from` is the index of its first character. */
export function endOfString(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i + 1;
  }
  return text.length;
}

/** Both have the same form; only what was quoted is a number in one and a string in the other. */
function merged(value: unknown, quoted: unknown): unknown {
  if (typeof value === 'number') {
    return typeof quoted === 'string' && !Number.isSafeInteger(value) ? BigInt(quoted) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const target = value as Record<string, unknown>;
  const other = quoted as Readonly<Record<string, unknown>>;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = merged(value[i], (quoted as unknown[])[i]);
  } else {
    for (const key of Object.keys(target)) target[key] = merged(target[key], other[key]);
  }
  return value;
}

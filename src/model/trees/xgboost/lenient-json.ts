/** JSON with the NaN and infinities that XGBoost writes and JSON has not. */

import { constants } from 'node:buffer';
import { messageOf } from '../../../errors.js';

const NON_FINITE = /NaN|-?Infinity/g;
/** What JSON.parse reads as the same number; there is no such text for NaN. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  NaN: 'null',
  Infinity: '1e999',
  '-Infinity': '-1e999',
};

/** @throws Error saying what is wrong where */
export function readLenientJson(bytes: Buffer): unknown {
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    const megabytes = Math.round(bytes.length / 2 ** 20);
    throw new Error(`${megabytes} MB of JSON are more than can be read; save the model as .ubj`);
  }
  return parseLenientJson(bytes.toString('utf8').replace(/^\uFEFF/, ''));
}

/** @throws Error saying what is wrong where */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!text.includes('NaN') && !text.includes('Infinity')) throw notJson(error, text);
  }
  try {
    return JSON.parse(withoutNonFinite(text));
  } catch (error) {
    throw notJson(error, text);
  }
}

/** In one pass, string by string: they may contain such words as well. */
function withoutNonFinite(text: string): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    pieces.push(text.slice(at, end).replace(NON_FINITE, (word) => REPLACEMENTS[word] ?? word));
    at = quote < 0 ? end : endOfString(text, quote);
    pieces.push(text.slice(end, at));
  }
  return pieces.join('');
}

/** Behind the closing quote of the string that begins at `quote`. */
function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function notJson(cause: unknown, text: string): Error {
  const reason = messageOf(cause);
  const doubt = text.trimEnd().endsWith('}') ? '' : '; is it cut short?';
  return new Error(`not valid JSON: ${reason}${doubt}`, { cause });
}

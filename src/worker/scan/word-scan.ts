/**
 * Nested arrays of strings, or of booleans, read out of a body's bytes as numbers are (see
 * number-scan.ts): whatever is odd or wrong is left to the reading of JSON values.
 */
import { isUtf8 } from 'node:buffer';
import { BACKSLASH, CLOSE_ARRAY, COMMA, OPEN_ARRAY, QUOTE } from '../punctuation.js';
import { GAVE_UP, past, pastSpaces } from './number-scan.js';

const TRUE: Buffer = Buffer.from('true');
const FALSE: Buffer = Buffer.from('false');

export class WordScan {
  /** Of the arrays last read, row by row; a boolean is 1 or 0. */
  values: (string | number)[] = [];
  /** How many elements the arrays of each level have, the outermost first. */
  readonly sizes: number[] = [];
  #depth = 0;
  #areBooleans = false;

  /** As that of `NumberScan`. */
  begin(depth: number, areBooleans: boolean): void {
    this.#depth = depth;
    this.#areBooleans = areBooleans;
    // A tensor has those of the request before.
    this.values = [];
    this.sizes.length = 0;
    for (let level = 0; level < depth; level++) this.sizes.push(0);
  }

  /** Reads arrays nested as deep, with as many elements as those before; behind them, or `GAVE_UP`. */
  next(bytes: Buffer, at: number): number {
    return this.#level(bytes, pastSpaces(bytes, at), 0);
  }

  // As deep as the input has dimensions, never as deep as the body is nested.
  #level(bytes: Buffer, from: number, level: number): number {
    if (level === this.#depth) return this.#word(bytes, from);
    if (bytes[from] !== OPEN_ARRAY) return GAVE_UP;
    let at = from;
    let count = 0;
    do {
      at = this.#level(bytes, pastSpaces(bytes, at + 1), level + 1);
      if (at === GAVE_UP) return GAVE_UP;
      count += 1;
      at = pastSpaces(bytes, at);
    } while (bytes[at] === COMMA);
    if (this.sizes[level] === 0) this.sizes[level] = count;
    return bytes[at] === CLOSE_ARRAY && this.sizes[level] === count ? at + 1 : GAVE_UP;
  }

  #word(bytes: Buffer, start: number): number {
    if (this.#areBooleans) return this.#boolean(bytes, start);
    if (bytes[start] !== QUOTE) return GAVE_UP;
    let isEscaped = false;
    let isAscii = true;
    for (let at = start + 1; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        const text = isEscaped || !isAscii ? textOf(bytes.subarray(start, at + 1)) : undefined;
        if (text === GAVE_UP) return GAVE_UP;
        this.values.push(text ?? bytes.toString('latin1', start + 1, at));
        return at + 1;
      }
      if (byte < 0x20) return GAVE_UP;
      if (byte > 0x7f) isAscii = false;
      else if (byte === BACKSLASH) {
        isEscaped = true;
        at++;
      }
    }
    return GAVE_UP;
  }

  #boolean(bytes: Buffer, at: number): number {
    const isTrue = past(bytes, at, TRUE) !== GAVE_UP;
    this.values.push(isTrue ? 1 : 0);
    return past(bytes, at, isTrue ? TRUE : FALSE);
  }
}

/** What a string of JSON means that is not plain, its quotes included. */
function textOf(json: Buffer): string | typeof GAVE_UP {
  if (!isUtf8(json)) return GAVE_UP;
  try {
    return JSON.parse(json.toString('utf8')) as string;
  } catch {
    return GAVE_UP;
  }
}

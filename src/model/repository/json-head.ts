/** What a large JSON file is about, from its first bytes: it may have 500 MB, most of them numbers. */
import { closeSync, openSync, readSync } from 'node:fs';

export type JsonHead =
  /** The file begins an object; its own keys so far, the one that was looked for last. */
  | { readonly kind: 'object'; readonly keys: readonly string[] }
  | { readonly kind: 'array' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no JSON' };

const CHUNK_BYTES = 64 * 1024;
/** Where this much says nothing, the rest is not read. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_KEYS = 32;
const LONGEST_KEY = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING: readonly number[] = [0x7b, 0x5b];
const CLOSING: readonly number[] = [0x7d, 0x5d];
const SPACE: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];

/**
 * Reads until one of the file's top-level keys is among `wanted`, or to its end.
 *
 * @throws what reading a file throws
 */
export function readJsonHead(path: string, wanted: readonly string[]): JsonHead {
  const scan = new KeyScan(wanted);
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let total = 0; total < MOST_BYTES; ) {
      const length = readSync(file, chunk);
      if (length === 0 || scan.take(chunk.subarray(0, length))) break;
      total += length;
    }
  } finally {
    closeSync(file);
  }
  return scan.head;
}

/** Walks over JSON without building it: only depth and strings matter to find an object's keys. */
class KeyScan {
  readonly #wanted: readonly string[];
  readonly #keys: string[] = [];
  #kind: JsonHead['kind'] = 'empty';
  #depth = 0;
  #inString = false;
  #isEscaped = false;
  /** The last string of the outermost object; a key if a colon follows. */
  #text: number[] = [];

  constructor(wanted: readonly string[]) {
    this.#wanted = wanted;
  }

  get head(): JsonHead {
    return this.#kind === 'object' ? { kind: 'object', keys: this.#keys } : { kind: this.#kind };
  }

  /** @returns whether it has seen enough */
  take(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.#kind === 'empty') this.#begin(byte);
      else if (this.#inString) this.#addToString(byte);
      else if (this.#addToken(byte)) return true;
      if (this.#kind === 'array' || this.#kind === 'no JSON') return true;
    }
    return false;
  }

  #begin(byte: number): void {
    if (SPACE.includes(byte) || BYTE_ORDER_MARK.includes(byte)) return;
    if (byte === OPENING[0]) this.#kind = 'object';
    else this.#kind = byte === OPENING[1] ? 'array' : 'no JSON';
    this.#depth = 1;
  }

  #addToString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inString = false;
    if (this.#inString && this.#depth === 1 && this.#text.length < LONGEST_KEY) {
      this.#text.push(byte);
    }
  }

  #addToken(byte: number): boolean {
    if (byte === QUOTE) {
      this.#inString = true;
      this.#text = [];
    } else if (byte === COLON) {
      if (this.#depth !== 1) return false;
      const key = Buffer.from(this.#text).toString('utf8');
      this.#keys.push(key);
      return this.#wanted.includes(key) || this.#keys.length === MOST_KEYS;
    } else if (OPENING.includes(byte)) this.#depth += 1;
    else if (CLOSING.includes(byte)) this.#depth -= 1;
    return this.#depth === 0;
  }
}

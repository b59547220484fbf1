/**
 * Reads the bytes of a request's head and knows one form only. Whatever anybody
 * could read in two ways, or differently from another parser, is not of that form:
 *
 *     METHOD /target HTTP/1.1 CR LF
 *     Name: value CR LF        (one space, visible ASCII, single-byte spaces within)
 *     CR LF
 *
 * What names and values mean is not looked at here (`canonical-lines.ts`).
 */

/** Where in the form the next byte stands. */
const AT = {
  METHOD: 0,
  TARGET_START: 1,
  TARGET: 2,
  /** Up to `NAME_START` its distance says how much of ` HTTP/1.1 CR LF` is there. */
  VERSION: 3,
  NAME_START: 13,
  NAME: 14,
  VALUE_SPACE: 15,
  VALUE_START: 16,
  VALUE: 17,
  INNER_SPACE: 18,
  LINE_END: 19,
  HEAD_END: 20,
} as const;

/** The end of the head was not reached, or will never be. */
export const UNFINISHED = -1;
export const NOT_CANONICAL = -2;

const VERSION_BYTES = Buffer.from('HTTP/1.1\r\n', 'latin1');
const SPACE = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;
const CR = 0x0d;
const LF = 0x0a;

/** What a byte may be part of. */
const METHOD = 1;
const TARGET = 2;
const NAME = 4;
const VISIBLE = 8;
const CLASSES = classes();

/** Goes through a head piece by piece; small, because there is one for each connection. */
export class HeadScan {
  #at: number = AT.METHOD;

  reset(): void {
    this.#at = AT.METHOD;
  }

  /** @returns where the head ends (behind its empty line), `UNFINISHED` or `NOT_CANONICAL` */
  read(bytes: Buffer, from: number): number {
    let at = this.#at;
    for (let i = from; i < bytes.length; i += 1) {
      const byte = bytes[i] as number;
      at = next(at, byte);
      if (at === FINISHED) return i + 1;
      if (at === NOT_CANONICAL) return NOT_CANONICAL;
    }
    this.#at = at;
    return UNFINISHED;
  }
}

const FINISHED = -3;

function next(at: number, byte: number): number {
  switch (at) {
    case AT.METHOD:
      if (is(byte, METHOD)) return AT.METHOD;
      return byte === SPACE ? AT.TARGET_START : NOT_CANONICAL;
    case AT.TARGET_START:
      return byte === SLASH ? AT.TARGET : NOT_CANONICAL;
    case AT.TARGET:
      if (is(byte, TARGET)) return AT.TARGET;
      return byte === SPACE ? AT.VERSION : NOT_CANONICAL;
    case AT.NAME_START:
      if (is(byte, NAME)) return AT.NAME;
      return byte === CR ? AT.HEAD_END : NOT_CANONICAL;
    case AT.NAME:
      if (is(byte, NAME)) return AT.NAME;
      return byte === COLON ? AT.VALUE_SPACE : NOT_CANONICAL;
    case AT.VALUE_SPACE:
      return byte === SPACE ? AT.VALUE_START : NOT_CANONICAL;
    case AT.VALUE:
      if (is(byte, VISIBLE)) return AT.VALUE;
      if (byte === CR) return AT.LINE_END;
      return byte === SPACE ? AT.INNER_SPACE : NOT_CANONICAL;
    case AT.INNER_SPACE:
      if (is(byte, VISIBLE)) return AT.VALUE;
      return byte === SPACE ? AT.INNER_SPACE : NOT_CANONICAL;
    case AT.VALUE_START:
      return is(byte, VISIBLE) ? AT.VALUE : NOT_CANONICAL;
    case AT.LINE_END:
      return byte === LF ? AT.NAME_START : NOT_CANONICAL;
    case AT.HEAD_END:
      return byte === LF ? FINISHED : NOT_CANONICAL;
    default: // in the version
      return byte === VERSION_BYTES[at - AT.VERSION] ? at + 1 : NOT_CANONICAL;
  }
}

function is(byte: number, what: number): boolean {
  return ((CLASSES[byte] as number) & what) !== 0;
}

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (what: number, pattern: RegExp): void => {
    for (let byte = 0x21; byte < 0x7f; byte += 1) {
      if (pattern.test(String.fromCharCode(byte))) table[byte] = (table[byte] as number) | what;
    }
  };
  mark(METHOD, /[A-Z]/);
  mark(TARGET, /[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]/);
  mark(NAME, /[A-Za-z0-9!#$%&'*+\-.^_`|~]/);
  mark(VISIBLE, /./);
  return table;
}

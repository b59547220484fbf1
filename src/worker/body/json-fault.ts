/**
 * Finds where JSON text goes wrong. `JSON.parse` only says so in some cases, in other words in
 * each version of Node; this runs after it has failed, never before.
 */
import { BACKSLASH, QUOTE } from '../punctuation.js';

export type JsonFault = {
  /** Characters before the fault. */
  readonly offset: number;
  readonly expected: string;
};

type State = 'value' | 'element' | 'key' | 'member' | 'colon' | 'next';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS: readonly string[] = ['true', 'false', 'null'];

/** The first fault of `text`; `undefined` when it is JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
  return new Scan(text).run();
}

/** Keeps open brackets in an array of its own, so that deep nesting cannot overflow the stack. */
class Scan {
  readonly #text: string;
  readonly #open: ('[' | '{')[] = [];
  #at = 0;
  #state: State = 'value';

  constructor(text: string) {
    this.#text = text;
  }

  run(): JsonFault | undefined {
    for (;;) {
      this.#skip(SPACE);
      if (this.#at >= this.#text.length) return this.#isComplete() ? undefined : this.#fault();
      const fault = this.#step(this.#text[this.#at] ?? '');
      if (fault !== undefined) return fault;
    }
  }

  #isComplete(): boolean {
    return this.#state === 'next' && this.#open.length === 0;
  }

  #step(char: string): JsonFault | undefined {
    switch (this.#state) {
      case 'value':
        return this.#value(char);
      case 'element':
        return char === ']' ? this.#close() : this.#value(char);
      case 'key':
        return char === '"' ? this.#string('colon') : this.#fault();
      case 'member':
        if (char === '}') return this.#close();
        return char === '"' ? this.#string('colon') : this.#fault();
      case 'colon':
        return char === ':' ? this.#take('value') : this.#fault();
      case 'next':
        return this.#next(char);
    }
  }

  #value(char: string): JsonFault | undefined {
    if (char === '[' || char === '{') {
      this.#open.push(char);
      return this.#take(char === '[' ? 'element' : 'member');
    }
    if (char === '"') return this.#string('next');
    const literal = LITERALS.find((word) => this.#text.startsWith(word, this.#at));
    const length = literal?.length ?? this.#skip(NUMBER);
    if (length === 0) return this.#fault();
    if (literal !== undefined) this.#at += length;
    this.#state = 'next';
    return undefined;
  }

  #next(char: string): JsonFault | undefined {
    const open = this.#open.at(-1);
    if (open === undefined) return this.#fault();
    if (char === ',') return this.#take(open === '[' ? 'value' : 'key');
    return char === (open === '[' ? ']' : '}') ? this.#close() : this.#fault();
  }

  #string(after: State): JsonFault | undefined {
    this.#at++;
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) return this.#take(after);
      if (code < 0x20) return this.#fault('no control character in a string');
      if (code !== BACKSLASH) continue;
      const length = this.#skip(ESCAPE);
      if (length === 0) return this.#fault('a valid escape sequence');
      this.#at--;
    }
    return this.#fault('the end of a string');
  }

  #take(state: State): undefined {
    this.#at++;
    this.#state = state;
  }

  #close(): undefined {
    this.#open.pop();
    this.#take('next');
  }

  /** Moves past what matches here; how many characters that were. */
  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length;
  }

  #fault(expected: string = this.#expected()): JsonFault {
    return { offset: this.#at, expected };
  }

  #expected(): string {
    const open = this.#open.at(-1);
    switch (this.#state) {
      case 'value':
        return 'a value';
      case 'element':
        return 'a value or "]"';
      case 'key':
        return 'a key in double quotes';
      case 'member':
        return 'a key in double quotes or "}"';
      case 'colon':
        return '":"';
      case 'next':
        if (open === undefined) return 'the end of the body';
        return open === '[' ? '"," or "]"' : '"," or "}"';
    }
  }
}

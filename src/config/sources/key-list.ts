/** Keys as an operator writes them down: one a line in a file, or with commas in a variable. Pure. */

export type KeyList = {
  readonly keys: readonly string[];
  /** Without any key or part of a key: faults are printed. */
  readonly faults: readonly string[];
};

/** A shorter one can be guessed. */
const LEAST_KEY_LENGTH = 16;

/** What a Bearer token may be made of; a colon is none of it, and so can end a name. */
const KEY = /^[A-Za-z0-9._~+/=-]+$/;

/** `KEY` or `NAME:KEY` in each line; empty lines and what follows a `#` count for nothing. */
export function keysInFile(text: string): KeyList {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return keysOf(
    lines.map((line, index) => ({ where: `line ${index + 1}`, text: uncommented(line) })),
  );
}

export function keysInVariable(text: string): KeyList {
  return keysOf(text.split(',').map((item, index) => ({ where: `key ${index + 1}`, text: item })));
}

function uncommented(line: string): string {
  const mark = line.indexOf('#');
  return mark === -1 ? line : line.slice(0, mark);
}

function keysOf(items: readonly { readonly where: string; readonly text: string }[]): KeyList {
  const keys: string[] = [];
  const faults: string[] = [];
  for (const { where, text } of items) {
    if (text.trim() === '') continue;
    const key = text.slice(text.indexOf(':') + 1).trim();
    const fault = faultOf(key);
    if (fault === undefined) keys.push(key);
    else faults.push(`${where}: ${fault}`);
  }
  if (keys.length === 0 && faults.length === 0) faults.push('expected at least one key, got none');
  return { keys, faults };
}

function faultOf(key: string): string | undefined {
  if (!KEY.test(key)) {
    return 'expected a key of letters, digits and ._~+/=- with nothing else in it';
  }
  if (key.length >= LEAST_KEY_LENGTH) return undefined;
  return `expected a key of at least ${LEAST_KEY_LENGTH} characters, got ${key.length}`;
}

import { readFileSync, statSync } from 'node:fs';
import { type KeyList, keysInFile, keysInVariable } from '../../config/sources/key-list.js';
import { ConfigError } from '../../errors.js';
import { KeyRing } from './key-ring.js';

/** Where the keys of a port are written down; both may hold some. */
export type KeySource = {
  /** The setting and the variable, for faults. */
  readonly setting: string;
  readonly file: string | undefined;
  readonly variable: string;
  readonly text: string | undefined;
};

const READABLE_BY_ALL = 0o004;

/** The keys of one port; read anew on reload. */
export class Keys {
  #ring: KeyRing;

  /** @throws ConfigError */
  constructor(source: KeySource) {
    this.#ring = new KeyRing(readKeys(source));
  }

  has(key: string): boolean {
    return this.#ring.has(key);
  }

  /** @returns what takes the new keys into use @throws ConfigError */
  prepare(source: KeySource): () => void {
    const ring = new KeyRing(readKeys(source));
    return () => {
      this.#ring = ring;
    };
  }
}

/** Undefined where no key is asked for. @throws ConfigError */
export function openKeys(source: KeySource): Keys | undefined {
  return source.file === undefined && source.text === undefined ? undefined : new Keys(source);
}

/** What an operator should know of the file, though it works. */
export function keyFileWarning({ setting, file }: KeySource): string | undefined {
  if (file === undefined) return undefined;
  const { mode } = statSync(file);
  if ((mode & READABLE_BY_ALL) === 0) return undefined;
  return `${setting} ${file}: every user of this machine can read it; chmod 600 would keep it to its owner`;
}

function readKeys({ setting, file, variable, text }: KeySource): readonly string[] {
  const lists: [string, KeyList][] = [];
  if (file !== undefined) lists.push([`${setting} ${file}`, readFile(file)]);
  if (text !== undefined) lists.push([`environment ${variable}`, keysInVariable(text)]);
  const faults = lists.flatMap(([where, list]) =>
    list.faults.map((fault) => `${where}: ${fault}.`),
  );
  if (faults.length > 0) throw new ConfigError(faults);
  return lists.flatMap(([, { keys }]) => keys);
}

function readFile(path: string): KeyList {
  try {
    return keysInFile(readFileSync(path, 'utf8'));
  } catch (error) {
    return { keys: [], faults: [`cannot be read: ${(error as Error).message}`] };
  }
}

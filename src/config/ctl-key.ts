/** The key that `forkcast ctl` shows at the admin port: the first of those that the server may know. */

import { settingOf } from './settings.js';
import { type KeyList, keysInFile, keysInVariable } from './sources/key-list.js';
import { describeOrigin, type Reading, valueFault } from './sources/origin.js';
import { ADMIN_KEYS_VARIABLE } from './sources/secrets.js';
import { expectation, parseValue } from './value-text.js';

/** Where a key may be found. */
export type KeyPlaces = {
  /** Text of a file; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
  /** What the variable of keys says. */
  readonly variable: string | undefined;
};

/** The file wins over the variable. A file that cannot be read is a fault only when nothing else is there. */
export function ctlKey(
  readings: readonly Reading[],
  { readFile, variable }: KeyPlaces,
): { readonly key: string | undefined; readonly faults: readonly string[] } {
  const reading = readings.findLast(({ key }) => key === 'adminKeyFile');
  const inFile = reading === undefined ? NO_KEYS : keysAt(reading, readFile);
  const inVariable = variable === undefined ? NO_KEYS : keysInVariable(variable);
  const key = inFile.keys[0] ?? inVariable.keys[0];
  if (key !== undefined) return { key, faults: [] };
  const variableFaults = inVariable.faults.map(
    (fault) => `environment ${ADMIN_KEYS_VARIABLE}: ${fault}.`,
  );
  return { key, faults: [...inFile.faults, ...variableFaults] };
}

const NO_KEYS: KeyList = { keys: [], faults: [] };

function keysAt({ text, folder, origin }: Reading, readFile: KeyPlaces['readFile']): KeyList {
  const setting = settingOf('adminKeyFile');
  const path = parseValue(setting, text, folder);
  if (typeof path !== 'string') {
    return { keys: [], faults: [valueFault(origin, expectation(setting), text)] };
  }
  const where = `${describeOrigin(origin)}: ${path}`;
  try {
    const { keys, faults } = keysInFile(readFile(path));
    return { keys, faults: faults.map((fault) => `${where}: ${fault}.`) };
  } catch (error) {
    return { keys: [], faults: [`${where}: cannot be read: ${(error as Error).message}.`] };
  }
}

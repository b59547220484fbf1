import { dirname } from 'node:path';
import {
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { didYouMean } from '../closest-name.js';
import { isListSetting, mayBeOff, OFF, type Setting } from '../setting.js';
import { isSettingKey, SETTING_KEYS, settingOf } from '../settings.js';
import { expectation, listText } from '../value-text.js';
import { type Origin, type Reading, type Source, valueFault } from './origin.js';

/** Editors find the JSON Schema by it; the server does not use it. */
export const SCHEMA_KEY = '$schema';

/**
 * Values from the text of a config file: JSON with comments and trailing commas.
 * Relative paths in it start at the file's own folder.
 *
 * @param path absolute path of the file, for faults and relative paths
 */
export function readConfigFile(path: string, text: string): Source {
  const errors: ParseError[] = [];
  const content = text.replace(/^\uFEFF/, '');
  const root = parseTree(content, errors, { allowTrailingComma: true });
  const [slip] = errors;
  if (slip !== undefined) return { readings: [], faults: [syntaxFault(path, content, slip)] };
  if (root?.type !== 'object') {
    return { readings: [], faults: [`config file ${path}: expected an object of settings.`] };
  }
  return readSettings(path, root);
}

function readSettings(path: string, root: Node): Source {
  const readings: Reading[] = [];
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const property of root.children ?? []) {
    const [name, value] = property.children ?? [];
    const key = String(name?.value);
    if (seen.has(key)) faults.push(`config file ${path}: ${key} is set twice.`);
    seen.add(key);
    if (key === SCHEMA_KEY || value === undefined) continue;
    const read = readSetting(path, key, value);
    if (typeof read === 'string') faults.push(read);
    else readings.push(read);
  }
  return { readings, faults };
}

function readSetting(path: string, key: string, node: Node): Reading | string {
  if (!isSettingKey(key)) {
    const hint = didYouMean(key, SETTING_KEYS);
    return `config file ${path}: ${key}: there is no such setting${hint}`;
  }
  const origin: Origin = { from: 'file', path, key };
  const setting = settingOf(key);
  const value: unknown = getNodeValue(node);
  const folder = dirname(path);
  if (isListSetting(setting) && Array.isArray(value)) {
    if (value.every((item) => isOfKind(setting, item))) {
      return { key, text: listText(value.map(String)), origin, folder };
    }
  } else if (isOfKind(setting, value)) return { key, text: String(value), origin, folder };
  return valueFault(origin, expectation(setting), value);
}

/** Whether the JSON type can hold such a setting; what the text means is decided later. */
function isOfKind(setting: Setting, value: unknown): boolean {
  if (value === OFF && mayBeOff(setting)) return true;
  switch (setting.kind) {
    case 'flag':
      return typeof value === 'boolean';
    case 'count':
      return typeof value === 'number' || value === 'auto';
    case 'duration':
    case 'size':
      return typeof value === 'number' || typeof value === 'string';
    default:
      return typeof value === 'string';
  }
}

/** Where reading failed. Only the first slip is told: what a parser says after it is mostly echo. */
function syntaxFault(path: string, text: string, { error, offset }: ParseError): string {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const what = phrase(printParseErrorCode(error));
  return `config file ${path}, line ${before.length}, column ${column}: ${what}.`;
}

/** `CommaExpected` → `comma expected`. */
function phrase(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}

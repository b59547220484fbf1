/** `forkcast.json` beside a model: what its operator sets for this model alone. */
import { readFileSync, statSync } from 'node:fs';
import { getNodeValue, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { didYouMean } from '../../config/closest-name.js';
import { MOST_FAULTS, shown } from './form.js';
import {
  FOLDER_SETTING_KEYS,
  type FolderSettings,
  fieldOf,
  isModelSettingKey,
  type ModelSettingKey,
  modelSettingOf,
} from './model-setting-table.js';
import { formOf } from './setting-forms.js';

/** What goes along with a plan and wins over the model's own wishes. */
export type ModelSettings = Omit<FolderSettings, 'runtime' | 'file' | 'versions' | 'labels'>;

export type SettingsReading = {
  /** What was said and is right. */
  readonly settings: FolderSettings;
  readonly faults: readonly string[];
};

export type SettingsFile = SettingsReading & {
  /** What was said at all, right or wrong. */
  readonly keys: readonly string[];
};

/** Whose folder a `forkcast.json` lies in: a model's, or that of one of its versions. */
export type SettingsOwner = 'model' | 'version';

export const SETTINGS_FILE = 'forkcast.json';
/** Editors find a schema by it. */
export const SCHEMA_KEY = '$schema';
/** Warm-up bodies may be large; what is larger still is no file of settings, and would hold up the server. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What a module may say of itself as well. */
export const MODEL_SETTING_KEYS: readonly string[] = FOLDER_SETTING_KEYS.filter(
  (key) => modelSettingOf(key).isOfModule,
);

/**
 * The settings in the file at `path`; none where there is no such file.
 *
 * @throws what reading a file throws
 */
export function readModelSettings(path: string, owner: SettingsOwner): SettingsFile {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return { settings: {}, faults: [], keys: [] };
  if (!info.isFile()) return faulty(`${path}: expected a file.`);
  if (info.size > MOST_BYTES) return faulty(`${path}: larger than ${MOST_BYTES} bytes.`);
  return parseModelSettings(readFileSync(path, 'utf8'), path, owner);
}

/** `origin` starts each fault. */
export function parseModelSettings(
  text: string,
  origin: string,
  owner: SettingsOwner,
): SettingsFile {
  try {
    const content = text.replace(/^\uFEFF/, '');
    const errors: ParseError[] = [];
    const root = parseTree(content, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error !== undefined) {
      const line = content.slice(0, error.offset).split('\n').length;
      return faulty(`${origin}:${line}: not valid JSON.`);
    }
    if (root?.type !== 'object') return faulty(`${origin}: expected an object of settings.`);
    const twice = repeatedKeys(root).map((key) => `${origin}: ${key} is set twice.`);
    const values = getNodeValue(root) as Record<string, unknown>;
    const { settings, faults } = checkModelSettings(values, origin);
    const all = [...twice, ...faults, ...misplaced(values, origin, owner)];
    return { settings, faults: all, keys: Object.keys(values) };
  } catch (error) {
    // The parser goes as deep as the file does.
    if (error instanceof RangeError) return faulty(`${origin}: nested too deeply.`);
    throw error;
  }
}

/** `origin` starts each fault; only `keys` of the values are looked at. */
export function checkModelSettings(
  values: Readonly<Record<string, unknown>>,
  origin: string,
  keys: readonly string[] = Object.keys(values),
): SettingsReading {
  const settings: Partial<Record<keyof FolderSettings, unknown>> = {};
  const faults: string[] = [];
  for (const key of keys) {
    if (key === SCHEMA_KEY) continue;
    if (faults.length >= MOST_FAULTS) break;
    if (!isModelSettingKey(key)) {
      faults.push(`unknown setting ${shown(key)}${didYouMean(key, FOLDER_SETTING_KEYS)}`);
      continue;
    }
    const { kind, least = 0, most = 0 } = modelSettingOf(key);
    const value = formOf(kind, { least, most }).read(values[key], key, faults);
    if (value !== undefined) settings[fieldOf(key)] = value;
  }
  return {
    // Each value was read by the form of its own key; the compiler cannot follow that.
    settings: settings as FolderSettings,
    faults: faults.map((fault) => `${origin}: ${fault}`),
  };
}

function misplaced(values: object, origin: string, owner: SettingsOwner): string[] {
  if (owner === 'model') return [];
  const isOfModel = (key: string): key is ModelSettingKey =>
    isModelSettingKey(key) && modelSettingOf(key).isOfModel === true;
  return Object.keys(values)
    .filter(isOfModel)
    .map((key) => `${origin}: ${key}: holds for all versions; set it in the model's own folder.`);
}

function repeatedKeys(object: Node): string[] {
  const keys = (object.children ?? []).map(({ children }) => String(children?.[0]?.value));
  const seen = new Set<string>();
  const twice = keys.filter((key) => seen.size === seen.add(key).size);
  return [...new Set(twice)].slice(0, MOST_FAULTS);
}

function faulty(fault: string): SettingsFile {
  return { settings: {}, faults: [fault], keys: [] };
}

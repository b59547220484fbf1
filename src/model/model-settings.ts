/** `forkcast.json` beside a model: what its operator sets for this model alone. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getNodeValue, type ParseError, parseTree } from 'jsonc-parser';
import { didYouMean } from '../config/closest-name.js';
import { parseDuration } from '../config/duration.js';
import type { Warmup } from './model.js';

/** What wins over the model's own wishes. */
export type ModelSettings = {
  readonly retry?: boolean;
  readonly timeoutMs?: number;
  readonly warmup?: Warmup;
  /** Rows of several requests that may run together; 1 forbids it. */
  readonly maxBatchRows?: number;
  /** Intra-op threads of its runtime; absent: the worker's share. */
  readonly threads?: number;
  /** Passed to the runtime as they are; each runtime checks its own. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How many workers hold it; absent: all. */
  readonly workers?: number;
};

export type SettingsReading = {
  readonly settings: ModelSettings;
  readonly faults: readonly string[];
};

const SETTINGS_FILE = 'forkcast.json';
/** The same keys are what a module may say of itself. */
export const MODEL_SETTING_KEYS: readonly string[] = ['timeout', 'retry', 'warmup', 'maxBatchRows'];
const MOST_BATCH_ROWS = 65_536;
/** Editors find a schema by it. */
const SCHEMA_KEY = '$schema';
const LONGEST_TIMEOUT_MS = 24 * 3_600_000;

/** Settings of the model in `folder`; none when it has no `forkcast.json`. */
export function readModelSettings(folder: string): SettingsReading {
  const path = join(folder, SETTINGS_FILE);
  if (!existsSync(path)) return { settings: {}, faults: [] };
  const errors: ParseError[] = [];
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length;
    return { settings: {}, faults: [`${path}:${line}: not valid JSON.`] };
  }
  if (root?.type !== 'object') {
    return { settings: {}, faults: [`${path}: expected an object of settings.`] };
  }
  return checkModelSettings(getNodeValue(root) as Record<string, unknown>, path);
}

/** `origin` starts each fault. */
export function checkModelSettings(
  values: Readonly<Record<string, unknown>>,
  origin: string,
  keys: readonly string[] = Object.keys(values),
): SettingsReading {
  const settings: { -readonly [K in keyof ModelSettings]: ModelSettings[K] } = {};
  const faults: string[] = [];
  for (const key of keys) {
    const value = values[key];
    if (key === SCHEMA_KEY) continue;
    if (key === 'retry' && typeof value === 'boolean') settings.retry = value;
    else if (key === 'timeout' && timeoutMs(value) !== undefined) {
      settings.timeoutMs = timeoutMs(value) ?? 0;
    } else if (key === 'warmup' && isWarmup(value)) settings.warmup = value;
    else if (key === 'maxBatchRows' && isBatchRows(value)) settings.maxBatchRows = value;
    else faults.push(`${origin}: ${faultOf(key, value)}`);
  }
  return { settings, faults };
}

function faultOf(key: string, value: unknown): string {
  const got = JSON.stringify(value) ?? String(value);
  switch (key) {
    case 'retry':
      return `retry: expected true or false, got ${got}.`;
    case 'timeout':
      return `timeout: expected a duration such as "250ms", "30s" or a number of seconds, from 1ms to 24h, got ${got}.`;
    case 'warmup':
      return `warmup: expected false or an example such as {"instances": [...]}, got ${got}.`;
    case 'maxBatchRows':
      return `maxBatchRows: expected a whole number from 1 to ${MOST_BATCH_ROWS}, got ${got}.`;
    default:
      return `unknown setting ${JSON.stringify(key)}${didYouMean(key, MODEL_SETTING_KEYS)}`;
  }
}

function timeoutMs(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const ms = parseDuration(String(value));
  return ms !== undefined && ms >= 1 && ms <= LONGEST_TIMEOUT_MS ? ms : undefined;
}

function isBatchRows(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_BATCH_ROWS;
}

function isWarmup(value: unknown): value is Warmup {
  if (value === false) return true;
  if (typeof value !== 'object' || value === null) return false;
  return 'instances' in value || 'inputs' in value;
}

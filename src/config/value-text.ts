/** One value: from the text a user wrote to what the code uses, and back. */
import { resolve } from 'node:path';
import {
  type CountSetting,
  type DurationSetting,
  isListSetting,
  mayBeOff,
  OFF,
  type Setting,
  type SizeSetting,
} from './setting.js';
import { type Address, formatAddress, parseAddress } from './values/address.js';
import { formatDuration, parseDuration } from './values/duration.js';
import { formatMode, parseMode } from './values/mode.js';
import { formatSize, parseSize } from './values/size.js';

/** `off` is what is not used, `auto` a count still to be worked out. */
type Item = string | number | boolean | Address;
export type Value = Item | readonly Item[];

/** Between the items of a list that were given one by one, so that a comma in one of them stays. */
const ITEM_MARK = '\n';

/** A timer of Node waits at most 24.8 days and fires at once when told to wait longer. */
const LONGEST = '24h';

const YES: readonly string[] = ['true', '1', 'yes', 'on'];
const NO: readonly string[] = ['false', '0', 'no', 'off'];

/**
 * The value that `text` means for this setting; `undefined` when it means none.
 * Relative paths are taken from `folder`.
 */
export function parseValue(setting: Setting, text: string, folder: string): Value | undefined {
  if (!isListSetting(setting)) return parseItem(setting, text, folder);
  const items = itemsOf(text).map((item) => parseItem(setting, item, folder));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** What to show of a text that means no value: of a list, the first item that means none. */
export function culprit(setting: Setting, text: string, folder: string): string {
  if (!isListSetting(setting)) return text;
  return itemsOf(text).find((item) => parseItem(setting, item, folder) === undefined) ?? text;
}

/** The one text that items given one by one make. */
export function listText(items: readonly string[]): string {
  return items.map((item) => `${item}${ITEM_MARK}`).join('');
}

function itemsOf(text: string): string[] {
  const separator = text.includes(ITEM_MARK) ? ITEM_MARK : ',';
  return text.split(separator).filter((item) => item.trim() !== '');
}

function parseItem(setting: Setting, text: string, folder: string): Item | undefined {
  const trimmed = text.trim();
  if (mayBeOff(setting) && isOff(setting, trimmed)) return OFF;
  switch (setting.kind) {
    case 'address':
      return parseAddress(trimmed, folder);
    case 'duration':
      return within(parseDuration(trimmed), durationBounds(setting));
    case 'size':
      return within(parseSize(trimmed), sizeBounds(setting));
    case 'count':
      return parseCount(setting, trimmed);
    case 'flag':
      return parseFlag(trimmed.toLowerCase());
    case 'text':
      return trimmed === '' ? undefined : trimmed;
    case 'path':
      if (setting.isOutput && trimmed === '-') return '-';
      return trimmed === '' || trimmed.includes('\0') ? undefined : resolve(folder, trimmed);
    case 'choice':
      return setting.choices.includes(trimmed) ? trimmed : undefined;
    case 'mode':
      return parseMode(trimmed);
  }
}

/** What a value of this setting may be, to follow "expected". */
export function expectation(setting: Setting): string {
  const item = itemExpectation(setting);
  if (isListSetting(setting)) return `${item}; or several of them`;
  return mayBeOff(setting) ? `${item}, or ${OFF}` : item;
}

function itemExpectation(setting: Setting): string {
  switch (setting.kind) {
    case 'address':
      return 'HOST:PORT (0.0.0.0:PORT for all interfaces), unix:PATH (at most 107 bytes) or fd://N (from 3)';
    case 'duration':
      return `a duration such as 250ms, 30s or 2m, from ${setting.least ?? '1ms'} to ${setting.most ?? LONGEST}`;
    case 'size':
      return `a size such as 8190, 512kb or 16mb, from ${setting.least} to ${setting.most}`;
    case 'count': {
      const auto = setting.default === 'auto' ? ', or auto' : '';
      return `a whole number from ${setting.least} to ${setting.most}${auto}`;
    }
    case 'flag':
      return 'true or false';
    case 'text':
      return setting.expected ?? 'a name';
    case 'path':
      return setting.isOutput ? 'a path, or - for the standard output' : 'a path';
    case 'choice':
      return `one of ${setting.choices.join(', ')}`;
    case 'mode':
      return 'an octal mode as for chmod, such as 0660 or 600';
  }
}

/** The value as a user would write it. */
export function formatValue(setting: Setting, value: Value): string {
  if (isList(value)) return value.map((item) => formatValue(setting, item)).join(', ');
  if (typeof value === 'object') return formatAddress(value);
  if (typeof value !== 'number') return String(value);
  if (setting.kind === 'duration') return formatDuration(value);
  if (setting.kind === 'mode') return formatMode(value);
  return setting.kind === 'size' ? formatSize(value) : String(value);
}

type Bounds = readonly [least: number, most: number];

function durationBounds(setting: DurationSetting): Bounds {
  const { least = '1ms', most = LONGEST } = setting;
  return [parseDuration(least) ?? 0, parseDuration(most) ?? 0];
}

function sizeBounds(setting: SizeSetting): Bounds {
  return [parseSize(setting.least) ?? 0, parseSize(setting.most) ?? 0];
}

function within(value: number | undefined, [least, most]: Bounds): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

function parseCount(setting: CountSetting, text: string): Item | undefined {
  if (text === 'auto' && setting.default === 'auto') return 'auto';
  return within(/^\d+$/.test(text) ? Number(text) : undefined, [setting.least, setting.most]);
}

function parseFlag(text: string): boolean | undefined {
  if (YES.includes(text)) return true;
  return NO.includes(text) ? false : undefined;
}

/** gunicorn says 0 for what is not limited. */
function isOff({ kind }: Setting, text: string): boolean {
  const isNumber = kind === 'duration' || kind === 'size' || kind === 'count';
  return text === OFF || (isNumber && text === '0');
}

/** The addresses that a setting gives: none where it is off. */
export function addressesOf(value: Value): readonly Address[] {
  const items = isList(value) ? value : [value];
  return items.filter((item) => typeof item === 'object');
}

export function isList(value: Value): value is readonly Item[] {
  return Array.isArray(value);
}

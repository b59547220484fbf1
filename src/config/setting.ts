/** The form of one entry of the settings table, and the names derived from its key. */

export const GROUPS = {
  models: 'Models',
  addresses: 'Addresses',
  tls: 'TLS',
  trust: 'Trust',
  workers: 'Workers',
  queue: 'Queue',
  times: 'Time limits',
  requests: 'Request limits',
  stopping: 'Stopping',
  restarts: 'Restarts',
  process: 'Process',
  log: 'Log',
} as const;

export type Group = keyof typeof GROUPS;

/** Defaults are written as a user writes them; the compiler holds them to their form. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h'}`;
export type SizeText = `${number}${'' | 'kb' | 'mb' | 'gb'}`;
export type AddressText = `${string}:${number}` | `unix:${string}` | `fd://${number}`;

type Described = {
  readonly group: Group;
  /** One sentence, shown by `--help`, in docs/settings.md and by editors. */
  readonly doc: string;
  /** One letter, for `-x`. */
  readonly short?: string;
  readonly live?: Live;
};

/**
 * When a reload takes a value that has changed. `workers`: workers that boot for it have it. `master`:
 * all at once when it is done. Without it: not before a restart, and the reload names it.
 */
export type Live = 'workers' | 'master';

/**
 * `off` as default, or `takesOff`: the word is accepted and means that the thing is not done; the
 * value is `undefined` then. A bare 0 says the same of durations, sizes and counts, as in gunicorn.
 */
export const OFF = 'off';

/**
 * Several values: the flag may be repeated, each of them and the variable may be a list with
 * commas, and the file has an array. Without any the list is empty.
 */
type Listed = {
  readonly isList?: true;
  /** Its values may hold commas: each flag is one of them. */
  readonly hasCommas?: true;
};

export type AddressSetting = Listed & {
  readonly kind: 'address';
  readonly default: AddressText | typeof OFF;
};

/** Bounds are inclusive; without `least` it is 1 ms, without `most` 24 h, which timers can wait for. */
export type DurationSetting = {
  readonly kind: 'duration';
  readonly default: DurationText | typeof OFF;
  /** `off` is accepted though it is not the default. */
  readonly takesOff?: true;
  readonly least?: DurationText;
  readonly most?: DurationText;
};

export type SizeSetting = {
  readonly kind: 'size';
  readonly default: SizeText | typeof OFF;
  readonly least: SizeText;
  readonly most: SizeText;
};

/** `auto` as default: the word is accepted and becomes a number when the settings are resolved. */
export type CountSetting = {
  readonly kind: 'count';
  readonly default: number | 'auto' | typeof OFF;
  readonly least: number;
  readonly most: number;
};

export type FlagSetting = { readonly kind: 'flag'; readonly default: boolean };

/** Texts and paths need no default: without a value they are `undefined`. */
export type TextSetting = Listed & {
  readonly kind: 'text';
  readonly default?: string;
  /** What stands for a value in `--help`; NAME unless told. */
  readonly placeholder?: string;
  /** What a value may be, to follow "expected"; a name unless told. */
  readonly expected?: string;
};
export type PathSetting = Listed & {
  readonly kind: 'path';
  readonly isPositional?: true;
  /** Lines are written to it: `-` is the standard output and no name of a file. */
  readonly isOutput?: true;
  readonly default?: '-';
};

export type ChoiceSetting = {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
};

/** The permission bits of a file, written as for chmod. */
export type ModeSetting = { readonly kind: 'mode'; readonly default: `0${number}` | typeof OFF };

export type Setting = Described &
  (
    | AddressSetting
    | DurationSetting
    | SizeSetting
    | CountSetting
    | FlagSetting
    | TextSetting
    | PathSetting
    | ChoiceSetting
    | ModeSetting
  );

/** `queueLimit` → `queue-limit`: the flag without its dashes. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `queueLimit` → `FORKCAST_QUEUE_LIMIT`. */
export function environmentName(key: string): string {
  return `FORKCAST_${flagName(key).replaceAll('-', '_').toUpperCase()}`;
}

/** What stands for the value in `--help`; nothing for a flag. */
export function placeholder(setting: Setting): string {
  return mayBeOff(setting) ? `${valueForm(setting)}|${OFF}` : valueForm(setting);
}

function valueForm(setting: Setting): string {
  switch (setting.kind) {
    case 'address':
      return 'HOST:PORT|unix:PATH|fd://N';
    case 'duration':
      return 'DURATION';
    case 'size':
      return 'SIZE';
    case 'count':
      return setting.default === 'auto' ? 'N|auto' : 'N';
    case 'flag':
      return '';
    case 'text':
      return setting.placeholder ?? 'NAME';
    case 'path':
      if (setting.isOutput) return 'FILE|-';
      return setting.isPositional ? 'PATH' : 'FILE';
    case 'choice':
      return setting.choices.join('|');
    case 'mode':
      return 'MODE';
  }
}

export function mayBeOff(setting: Setting): boolean {
  if ('takesOff' in setting && setting.takesOff === true) return true;
  return 'default' in setting && setting.default === OFF;
}

export function isListSetting(setting: Setting): boolean {
  return 'isList' in setting && setting.isList === true;
}

/** The default as a user would write it; `undefined` where there is none. */
export function defaultText(setting: Setting): string | undefined {
  return 'default' in setting ? String(setting.default) : undefined;
}

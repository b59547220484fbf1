/** The form of one entry of the settings table, and the names derived from its key. */

export const GROUPS = {
  models: 'Models',
  addresses: 'Addresses',
  workers: 'Workers',
  queue: 'Queue',
  times: 'Time limits',
  requests: 'Request limits',
  stopping: 'Stopping',
  restarts: 'Restarts',
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
};

/** `off` as default: the setting may be left without an address. */
export type AddressSetting = { readonly kind: 'address'; readonly default: AddressText | 'off' };

/** Bounds are inclusive; without `least` it is 1 ms, the upper bound is one for all. */
export type DurationSetting = {
  readonly kind: 'duration';
  readonly default: DurationText;
  readonly least?: DurationText;
};

export type SizeSetting = {
  readonly kind: 'size';
  readonly default: SizeText;
  readonly least: SizeText;
  readonly most: SizeText;
};

/** `auto` as default: the word is accepted and becomes a number when the settings are resolved. */
export type CountSetting = {
  readonly kind: 'count';
  readonly default: number | 'auto';
  readonly least: number;
  readonly most: number;
};

export type FlagSetting = { readonly kind: 'flag'; readonly default: boolean };

/** Texts and paths have no default: without a value they are `undefined`. */
export type TextSetting = { readonly kind: 'text' };
export type PathSetting = { readonly kind: 'path'; readonly isPositional?: true };

export type ChoiceSetting = {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
};

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
      return 'NAME';
    case 'path':
      return setting.isPositional ? 'PATH' : 'FILE';
    case 'choice':
      return setting.choices.join('|');
  }
}

/** The default as a user would write it; `undefined` where there is none. */
export function defaultText(setting: Setting): string | undefined {
  return 'default' in setting ? String(setting.default) : undefined;
}

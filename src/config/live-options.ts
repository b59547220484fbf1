import type { SettingKey, Settings } from './settings.js';

type Names = Readonly<Record<string, SettingKey>>;

/**
 * Options of a room that has names of its own for some settings. They are read when the room asks: a
 * reload gives the settings other values, and a copy would keep the old ones for ever.
 *
 * @param names the room's name for each setting @returns `others`, with these
 */
export function liveOptions<N extends Names, O extends object>(
  settings: Settings,
  names: N,
  others: O,
): O & { readonly [K in keyof N]: Settings[N[K]] } {
  const getters = Object.entries(names).map(([name, key]) => {
    return [name, { get: () => settings[key], enumerable: true }] as const;
  });
  return Object.defineProperties(others, Object.fromEntries(getters)) as O & {
    readonly [K in keyof N]: Settings[N[K]];
  };
}

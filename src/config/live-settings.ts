/** What becomes of the settings of a running server when their sources are read anew. */
import { SETTING_KEYS, type SettingKey, type Settings, settingOf } from './settings.js';

/** What a reload does with settings that were read anew. */
export type SettingsChange = {
  /** The settings from then on: what cannot change live is as before. */
  readonly next: Settings;
  readonly taken: readonly SettingKey[];
  /** Changed, and not taken until a restart. */
  readonly notTaken: readonly SettingKey[];
};

/** @param now those of the running server @param read what their sources say now */
export function settingsChange(now: Settings, read: Settings): SettingsChange {
  const changed = SETTING_KEYS.filter((key) => !isSame(key, now, read));
  const taken = changed.filter((key) => settingOf(key).live !== undefined);
  const notTaken = changed.filter((key) => !taken.includes(key));
  const kept = Object.fromEntries(notTaken.map((key) => [key, now[key]]));
  return { next: { ...read, ...kept }, taken, notTaken };
}

/** All rooms of the master read one object: from now on it has these values. */
export function takeSettings(settings: Settings, next: Settings): void {
  Object.assign(settings, next);
}

function isSame(key: SettingKey, one: Settings, other: Settings): boolean {
  return JSON.stringify(one[key]) === JSON.stringify(other[key]);
}

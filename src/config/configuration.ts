/** Settings from all their sources: defaults < file < environment < flags. */
import type { Cpus } from './cpus/allowed-cpus.js';
import { wholeShare } from './cpus/thread-share.js';
import { type Choices, type Chosen, crossFaults } from './cross-checks.js';
import { defaultText, isListSetting, OFF } from './setting.js';
import { SETTING_KEYS, type SettingKey, type Settings, settingOf } from './settings.js';
import { type Origin, type Reading, valueFault } from './sources/origin.js';
import { culprit, expectation, parseValue, type Value } from './value-text.js';

export type Origins = Readonly<Record<SettingKey, Origin>>;

/** The settings and where each came from. */
export type Configuration = {
  readonly settings: Settings;
  readonly origins: Origins;
  /** Counts that were `auto`: their number in `settings` was worked out here. */
  readonly autoKeys: ReadonlySet<SettingKey>;
};

/**
 * The configuration that `readings` give, lowest precedence first; and all faults.
 * With a fault the configuration is not to be used.
 *
 * @param cpus those this process may use, for `auto`
 */
export function configure(
  readings: readonly Reading[],
  cpus: Cpus,
): { configuration: Configuration; faults: string[] } {
  const faults: string[] = [];
  const choices = new Map<SettingKey, Chosen>(SETTING_KEYS.flatMap(defaultChoice));
  const faulty = new Set<SettingKey>();
  for (const { key, text, origin, folder } of readings) {
    const setting = settingOf(key);
    const value = parseValue(setting, text, folder);
    if (value !== undefined) {
      choices.set(key, { value, origin });
      continue;
    }
    faulty.add(key);
    faults.push(valueFault(origin, expectation(setting), culprit(setting, text, folder)));
  }
  // A setting that is wrong in itself is not compared with others: its fault is already told.
  faults.push(...crossFaults(new Map([...choices].filter(([key]) => !faulty.has(key)))));
  return { configuration: resolveChoices(choices, cpus), faults };
}

function defaultChoice(key: SettingKey): [SettingKey, Chosen][] {
  const setting = settingOf(key);
  const text = defaultText(setting);
  const value = text === undefined ? undefined : parseValue(setting, text, '/');
  return value === undefined ? [] : [[key, { value, origin: { from: 'default' } }]];
}

function resolveChoices(choices: Choices, cpus: Cpus): Configuration {
  const workers = countOf(choices, 'workers', cpus.count);
  const threads = countOf(choices, 'threads', wholeShare(cpus.count / workers));
  const hasAutoThreads = isAuto(choices, 'threads');
  const values: Partial<Record<SettingKey, Value | undefined>> = {};
  const origins: Partial<Record<SettingKey, Origin>> = {};
  for (const key of SETTING_KEYS) {
    const setting = settingOf(key);
    const chosen = choices.get(key);
    const isOff = setting.kind !== 'choice' && chosen?.value === OFF;
    const none = isListSetting(setting) ? [] : undefined;
    values[key] = isOff ? undefined : (chosen?.value ?? none);
    origins[key] = chosen?.origin ?? { from: 'default' };
  }
  return {
    // Each value was made by parseValue for its own setting; the compiler cannot follow that.
    settings: { ...values, workers, threads, cpus, hasAutoThreads } as Settings,
    origins: origins as Origins,
    autoKeys: new Set(SETTING_KEYS.filter((key) => isAuto(choices, key))),
  };
}

function countOf(choices: Choices, key: SettingKey, auto: number): number {
  const value = choices.get(key)?.value;
  return typeof value === 'number' ? value : auto;
}

function isAuto(choices: Choices, key: SettingKey): boolean {
  return settingOf(key).kind === 'count' && choices.get(key)?.value === 'auto';
}

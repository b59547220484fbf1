import type { Configuration } from '../configuration.js';
import { cpusText } from '../cpus/cpus-text.js';
import { GROUPS, mayBeOff, OFF, type Setting } from '../setting.js';
import { SETTING_KEYS, type SettingKey, settingOf } from '../settings.js';
import { describeOrigin } from '../sources/origin.js';
import { formatValue, isList, type Value } from '../value-text.js';

/**
 * Every setting with its value and, as a comment, where it came from. The text is itself a
 * config file that gives the same settings; those without a value are commented out.
 */
export function printConfig(configuration: Configuration): string {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const keys = SETTING_KEYS.filter((key) => settingOf(key).group === group);
    return `  // ${title}\n${keys.map((key) => line(key, configuration)).join('')}`;
  });
  return `{\n${groups.join('\n')}}\n`;
}

function line(key: SettingKey, { settings, origins, autoKeys }: Configuration): string {
  const origin = describeOrigin(origins[key]);
  const value = settings[key];
  const setting = settingOf(key);
  if (autoKeys.has(key)) {
    return `  "${key}": "auto", // ${value} here, on ${cpusText(settings.cpus)}; ${origin}\n`;
  }
  if (value !== undefined) return `  "${key}": ${json(setting, value)}, // ${origin}\n`;
  return mayBeOff(setting) ? `  "${key}": "${OFF}", // ${origin}\n` : `  // "${key}": not set\n`;
}

function json(setting: Setting, value: Value): string {
  if (isList(value)) return `[${value.map((item) => json(setting, item)).join(', ')}]`;
  const text = formatValue(setting, value);
  const isBare = setting.kind === 'count' || setting.kind === 'flag' || setting.kind === 'size';
  return isBare && /^(\d+|true|false)$/.test(text) ? text : JSON.stringify(text);
}

/** JSON Schema of the config file, for editors; config/forkcast.schema.json holds it. */

import { jsonText } from '../json-text.js';
import { defaultText, isListSetting, mayBeOff, OFF, type Setting } from '../setting.js';
import { SETTING_KEYS, settingOf } from '../settings.js';
import { SCHEMA_KEY } from '../sources/config-file.js';
import { expectation } from '../value-text.js';

export function settingsSchema(): Record<string, unknown> {
  const settings = SETTING_KEYS.map((key) => [key, propertySchema(settingOf(key))] as const);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Forkcast settings',
    $comment: 'Generated from src/config/settings.ts by npm run docs. Do not edit.',
    type: 'object',
    allowTrailingCommas: true,
    additionalProperties: false,
    properties: { [SCHEMA_KEY]: { type: 'string' }, ...Object.fromEntries(settings) },
  };
}

/** The schema as the file holds it, formatted as `npm run lint` wants it. */
export function settingsSchemaText(): string {
  return jsonText(settingsSchema());
}

function propertySchema(setting: Setting): Record<string, unknown> {
  const description = `${setting.doc} Expected: ${expectation(setting)}.`;
  return { description, ...valueSchema(setting), ...defaultSchema(setting) };
}

function valueSchema(setting: Setting): Record<string, unknown> {
  const item = itemSchema(setting);
  return isListSetting(setting) ? { anyOf: [item, { type: 'array', items: item }] } : item;
}

function itemSchema(setting: Setting): Record<string, unknown> {
  switch (setting.kind) {
    case 'duration':
      return { type: ['string', 'number'], pattern: numberPattern(setting, 'ms|s|m|h') };
    case 'size':
      return { type: ['string', 'number'], pattern: numberPattern(setting, 'kb|mb|gb') };
    case 'count': {
      const word = typeof setting.default === 'string' ? setting.default : undefined;
      return {
        type: word === undefined ? 'integer' : ['integer', 'string'],
        minimum: word === OFF ? 0 : setting.least,
        maximum: setting.most,
        ...(word !== undefined && { pattern: `^${word}$` }),
      };
    }
    case 'flag':
      return { type: 'boolean' };
    case 'mode':
      return { type: 'string', pattern: '^0?[0-7]{3}$' };
    case 'choice':
      return { enum: setting.choices };
    default:
      return { type: 'string' };
  }
}

function numberPattern(setting: Setting, units: string): string {
  const number = `([0-9]+(\\.[0-9]+)?|\\.[0-9]+)(${units})?`;
  return mayBeOff(setting) ? `^(${number}|${OFF})$` : `^${number}$`;
}

function defaultSchema(setting: Setting): Record<string, unknown> {
  if (setting.kind === 'count' || setting.kind === 'flag') return { default: setting.default };
  const text = defaultText(setting);
  return text === undefined ? {} : { default: text };
}

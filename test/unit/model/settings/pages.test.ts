import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  FOLDER_SETTING_KEYS,
  modelSettingOf,
} from '../../../../src/model/settings/model-setting-table.js';
import { parseModelSettings } from '../../../../src/model/settings/model-settings.js';
import { modelSettingsReference } from '../../../../src/model/settings/reference.js';
import { modelSettingsSchemaText } from '../../../../src/model/settings/schema.js';

function fileOf(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
}

test('the page and the schema are what the table says (npm run docs)', () => {
  expect(fileOf('docs/model-settings.md')).toBe(modelSettingsReference());
  expect(fileOf('config/forkcast-model.schema.json')).toBe(modelSettingsSchemaText());
});

test.each(FOLDER_SETTING_KEYS)('%s is on the page and in the schema', (key) => {
  expect(modelSettingsReference()).toContain(`## ${key}\n`);
  expect(JSON.parse(modelSettingsSchemaText()).properties).toHaveProperty(key);
});

test.each(FOLDER_SETTING_KEYS)('the example of %s is a good one', (key) => {
  const text = `{"${key}": ${modelSettingOf(key).example}}`;
  expect(parseModelSettings(text, 'example', 'model').faults).toEqual([]);
});

test('the example at the head of the page is a good one', () => {
  const [, text = ''] = /```jsonc\n([\s\S]*?)```/.exec(modelSettingsReference()) ?? [];
  expect(parseModelSettings(text, 'example', 'model').faults).toEqual([]);
});

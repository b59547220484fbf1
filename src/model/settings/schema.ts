/** JSON Schema of `forkcast.json`, for editors; config/forkcast-model.schema.json holds it. */
import { jsonText } from '../../config/json-text.js';
import type { Schema } from './form.js';
import {
  FOLDER_SETTING_KEYS,
  type ModelSettingKey,
  modelSettingOf,
} from './model-setting-table.js';
import { SCHEMA_KEY } from './model-settings.js';
import { formOf } from './setting-forms.js';

export function modelSettingsSchema(): Schema {
  const settings = FOLDER_SETTING_KEYS.map((key) => [key, propertySchema(key)] as const);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Forkcast settings of one model',
    $comment: 'Generated from src/model/settings/ by npm run docs. Do not edit.',
    type: 'object',
    allowTrailingCommas: true,
    additionalProperties: false,
    properties: { [SCHEMA_KEY]: { type: 'string' }, ...Object.fromEntries(settings) },
  };
}

/** The schema as the file holds it, formatted as `npm run lint` wants it. */
export function modelSettingsSchemaText(): string {
  return jsonText(modelSettingsSchema());
}

function propertySchema(key: ModelSettingKey): Schema {
  const { kind, least = 0, most = 0, doc } = modelSettingOf(key);
  const { schema, expected } = formOf(kind, { least, most });
  const text = doc.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return { description: `${text} Expected: ${expected}.`, ...schema };
}

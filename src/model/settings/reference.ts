/** The page docs/model-settings.md, made from the table of settings. */
import {
  FOLDER_SETTING_KEYS,
  type ModelSettingKey,
  modelSettingOf,
} from './model-setting-table.js';
import { formOf } from './setting-forms.js';

const HEAD = `<!-- Generated from src/model/settings/ by \`npm run docs\`. Do not edit. -->

# Settings of a model

A file \`forkcast.json\` in a model's folder holds what its operator sets for this model alone. None is
needed. It is JSON with comments and trailing commas. All faults are told at once, by the server when
it starts and by \`forkcast check\`. A key \`$schema\` with the path of \`forkcast-model.schema.json\` (in
\`config/\`) lets an editor complete and check the file; the server does not look at it.

\`\`\`jsonc
// models/digits/forkcast.json
{
  "versions": {"latest": 2},
  "labels": {"stable": 1, "canary": 2},
  "timeout": "2s",
  "inputs": {"pixels": "X"},
  "warmup": {"instances": [[0, 0, 0]]},
}
\`\`\`

**A version's own settings:** a \`forkcast.json\` in the folder of a version (\`NAME/2/forkcast.json\`) wins, key
by key, over the one in the model's folder. What holds for all versions together is not to be set there.

**A module's own settings:** what a module may say of itself, \`forkcast.json\` overrules.
`;

export function modelSettingsReference(): string {
  const entries = FOLDER_SETTING_KEYS.map(entry);
  return [HEAD, ...entries].join('\n');
}

function entry(key: ModelSettingKey): string {
  const { kind, least = 0, most = 0, doc, otherwise, example, ...where } = modelSettingOf(key);
  const notes = [
    `- Expected: ${formOf(kind, { least, most }).expected}`,
    `- Without it: ${otherwise}`,
    `- Example: \`"${key}": ${example}\``,
    ...(where.isOfModel ? ["- Only in the model's own folder: it holds for all versions"] : []),
    ...(where.isOfModule ? ['- A module may say it of itself'] : []),
  ];
  return `## ${key}\n\n${doc}\n\n${notes.join('\n')}\n`;
}

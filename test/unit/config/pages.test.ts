import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { printConfig } from '../../../src/config/pages/print-config.js';
import { settingsReference } from '../../../src/config/pages/reference.js';
import { settingsSchema, settingsSchemaText } from '../../../src/config/pages/schema.js';
import { usage } from '../../../src/config/pages/usage.js';
import { environmentName, flagName } from '../../../src/config/setting.js';
import { SETTING_KEYS, type Settings, settingOf } from '../../../src/config/settings.js';
import { configuration } from './inputs.js';

function fileOf(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

describe('generated files are up to date (npm run docs)', () => {
  it('docs/settings.md', () => expect(fileOf('docs/settings.md')).toBe(settingsReference()));

  it('config/forkcast.schema.json', () => {
    expect(fileOf('config/forkcast.schema.json')).toBe(settingsSchemaText());
    expect(JSON.parse(settingsSchemaText())).toEqual(settingsSchema());
  });
});

describe('every setting', () => {
  it.each(SETTING_KEYS)('%s is in the reference, the schema and the usage', (key) => {
    expect(settingsReference()).toContain(`### ${key}\n`);
    expect(settingsReference()).toContain(`\`${environmentName(key)}\``);
    expect(settingsSchema().properties).toHaveProperty(key);
    const isFlag = settingOf(key).kind === 'flag';
    const flag = `--${isFlag ? '[no-]' : ''}${flagName(key)}`;
    expect(usage()).toContain(key === 'path' ? 'PATH' : flag);
  });
});

it('the usage fits 100 columns', () => {
  for (const line of usage().split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
});

describe('--print-config', () => {
  const given = {
    argv: ['models', '-w', '3', '--default-model', '7', '--no-access-log'],
    env: { PORT: '80' },
    files: { '/srv/f.jsonc': '{ "timeout": 1 }' },
  };

  it('tells each value with its origin', () => {
    const text = printConfig(configuration({ ...given, argv: [...given.argv, '-c', 'f.jsonc'] }));
    expect(text).toContain('"path": "/srv/models", // argument PATH\n');
    expect(text).toContain('"bind": ["0.0.0.0:80"], // environment PORT\n');
    expect(text).toContain('"workers": 3, // flag -w\n');
    expect(text).toContain('"threads": "auto", // 1 here, on 4 CPUs; default\n');
    expect(text).toContain('"timeout": "1s", // config file /srv/f.jsonc: timeout\n');
    expect(text).toContain('"accessLog": false, // flag --no-access-log\n');
    expect(text).toContain('"metricsBind": "off", // default\n');
    expect(text).toContain('// "pid": not set\n');
  });

  it('is a config file that gives the same settings', () => {
    const first = configuration(given);
    const files = { '/elsewhere/p.jsonc': printConfig(first) };
    const second = configuration({ argv: ['-c', '/elsewhere/p.jsonc'], files });
    expect(second.settings).toEqual(first.settings);
  });
});

describe('config/default.jsonc', () => {
  const text = fileOf('config/default.jsonc');
  const load = (content: string) =>
    configuration({ argv: ['models', '-c', 'd.jsonc'], files: { '/srv/d.jsonc': content } });

  it('sets nothing but the default model', () => {
    const { settings, origins } = load(text);
    expect(settings.defaultModel).toBe('digits-mlp');
    expect(SETTING_KEYS.filter((key) => origins[key].from === 'file')).toEqual(['defaultModel']);
  });

  it('shows every setting with its default', () => {
    const uncommented = load(text.replace(/^( *)\/\/ ("\w+":)/gm, '$1$2'));
    const shown = SETTING_KEYS.filter((key) => uncommented.origins[key].from === 'file');
    expect(shown).toEqual(SETTING_KEYS.filter((key) => key !== 'path'));
    // What has no default is shown with an example.
    const withDefault = SETTING_KEYS.filter((key) => 'default' in settingOf(key));
    const valuesIn = (settings: Settings) => withDefault.map((key) => settings[key]);
    expect(valuesIn(uncommented.settings)).toEqual(valuesIn(load(text).settings));
    expect(text).toContain('// "path": ');
  });
});

it('config/production.jsonc loads, and every line has its reason', () => {
  const text = fileOf('config/production.jsonc');
  const given = { argv: ['-c', 'p.jsonc'], files: { '/srv/p.jsonc': text } };
  const { settings } = configuration(given);
  expect(settings).toMatchObject({ path: '/models', keepAlive: 75_000, logFormat: 'json' });
  expect(settings.queueTimeout + (settings.timeout ?? Number.POSITIVE_INFINITY)).toBeLessThan(
    60_000,
  );
  const paragraphs = text.slice(text.indexOf('{')).split('\n\n').slice(1);
  for (const paragraph of paragraphs) expect(paragraph.trimStart()).toMatch(/^\/\/ /);
});

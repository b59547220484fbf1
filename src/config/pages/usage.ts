/** The text of `--help`, made from the settings table. */

import {
  defaultText,
  flagName,
  GROUPS,
  type Group,
  placeholder,
  type Setting,
} from '../setting.js';
import { SETTING_KEYS, settingOf } from '../settings.js';
import { ACTIONS, CONFIG_FLAG } from '../sources/flags.js';

const WIDTH = 96;
const DOC_COLUMN = 36;

const HEAD = `Forkcast, a prefork HTTP model server: one master, N workers, one queue.

Usage:
  forkcast serve [PATH] [flags]    serve the models at PATH; "serve" may be left out
  forkcast check [PATH] [flags]    check settings, load and run every model, then exit
  forkcast ctl VERB                ask a running server: status, top, models, load, unload, reload,
                                   scale, restart, drain, log-level; ctl --help tells more

PATH is a model file, a folder with one model, or a folder of such folders.
`;

const FOOT = `Durations: 250ms, 30s, 2m, 1h; a bare number is seconds. Sizes: 8190, 512kb, 16mb, 1gb.
Each setting is also FORKCAST_NAME in the environment (FORKCAST_QUEUE_LIMIT) and a key of the
config file (queueLimit). Flags win over the environment, the environment over the file.
`;

export function usage(): string {
  const groups = Object.keys(GROUPS) as Group[];
  return [HEAD, ...groups.map(section), actions(), FOOT].join('\n');
}

function section(group: Group): string {
  const flags = SETTING_KEYS.map((key) => ({ key, setting: settingOf(key) }))
    .filter(({ setting }) => setting.group === group && !isPositional(setting))
    .map(({ key, setting }) => entry(flagForm(key, setting), withDefault(setting)));
  return `${GROUPS[group]}:\n${flags.join('')}`;
}

function actions(): string {
  const config = entry(dashed('config', CONFIG_FLAG.short, 'FILE'), CONFIG_FLAG.doc);
  const others = Object.entries<{ short?: string; doc: string }>(ACTIONS).map(
    ([name, { short, doc }]) => entry(dashed(name, short, ''), doc),
  );
  return `Other:\n${[config, ...others].join('')}`;
}

function flagForm(key: string, setting: Setting): string {
  const name = flagName(key);
  if (setting.kind === 'flag') return dashed(`[no-]${name}`, undefined, '');
  return dashed(name, setting.short, placeholder(setting));
}

function dashed(name: string, short: string | undefined, value: string): string {
  return `  ${short === undefined ? '   ' : `-${short},`} --${name} ${value}`.trimEnd();
}

function withDefault(setting: Setting): string {
  const text = defaultText(setting);
  return text === undefined ? setting.doc : `${setting.doc} (${text})`;
}

/** The flag, and its sentence beside it or, when the flag is long, below it. */
function entry(flag: string, doc: string): string {
  const [first = '', ...rest] = wrapped(doc, WIDTH - DOC_COLUMN);
  const margin = ' '.repeat(DOC_COLUMN);
  const isShort = flag.length < DOC_COLUMN - 1;
  const head = isShort ? flag.padEnd(DOC_COLUMN) + first : `${flag}\n${margin}${first}`;
  return `${[head, ...rest.map((line) => margin + line)].join('\n')}\n`;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

function isPositional(setting: Setting): boolean {
  return setting.kind === 'path' && setting.isPositional === true;
}

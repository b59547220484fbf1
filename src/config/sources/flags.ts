import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../closest-name.js';
import { flagName, isListSetting, type Setting } from '../setting.js';
import { SETTING_KEYS, type SettingKey, settingOf } from '../settings.js';
import { listText } from '../value-text.js';
import { argumentsIn } from './argument-text.js';
import { ARGUMENTS_VARIABLE, type Environment } from './environment.js';
import type { Reading, Source } from './origin.js';

type FlagDoc = { readonly short?: string; readonly doc: string };

/** Flags that are no settings: they say what to do, not how to serve. */
export const ACTIONS = {
  help: { short: 'h', doc: 'Shows this text.' },
  version: { doc: 'Shows the version.' },
  'check-config': { doc: 'Checks and exits, as "forkcast check" does.' },
  'print-config': { doc: 'Shows every setting with its value and where it came from.' },
  json: { doc: 'Has "forkcast check" and "forkcast ctl" print JSON.' },
} as const;

export type Action = keyof typeof ACTIONS;

/** Names the config file; it is no setting, since a file cannot name itself. */
export const CONFIG_FLAG: FlagDoc = { short: 'c', doc: 'A file of settings: JSON with comments.' };

/** What the command line said, before any value is parsed. */
export type CommandLine = Source & {
  readonly positionals: readonly string[];
  readonly actions: ReadonlySet<Action>;
  /** `-c`, `--config`. */
  readonly config: string | undefined;
};

type Options = NonNullable<ParseArgsConfig['options']>;
type OptionToken = { name: string; rawName: string; index: number; value?: string | undefined };

/** A flag, what it sets, and (for `--access-log`, `--no-access-log`) what its presence means. */
type Flag = { readonly key: SettingKey | 'config'; readonly meaning?: 'true' | 'false' };

const FLAGS: ReadonlyMap<string, Flag> = new Map([
  ...SETTING_KEYS.flatMap((key) => flagsOf(key, settingOf(key))),
  ['config', { key: 'config' }],
]);
const FLAG_NAMES: readonly string[] = [...FLAGS.keys(), ...Object.keys(ACTIONS)].map(
  (name) => `--${name}`,
);
const OPTIONS: Options = parseArgsOptions();

export function readCommandLine(argv: readonly string[], folder: string): CommandLine {
  const faults: string[] = [];
  const positionals: string[] = [];
  const actions = new Set<Action>();
  const given = new Map<string, { flag: string; text: string }>();
  for (const token of tokensOf(argv, faults)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (Object.hasOwn(ACTIONS, token.name)) actions.add(token.name as Action);
    else noteFlag(token, given, faults);
  }
  const readings = SETTING_KEYS.flatMap((key): Reading[] => {
    const one = given.get(key);
    if (one === undefined) return [];
    return [{ key, text: one.text, origin: { from: 'flag', name: one.flag }, folder }];
  });
  return { readings, faults, positionals, actions, config: given.get('config')?.text };
}

/** The flags in FORKCAST_CMD_ARGS. What they say, and what is wrong with them, is told of the variable. */
export function readArgumentsVariable(env: Environment, folder: string): CommandLine {
  const line = readCommandLine(argumentsIn(env[ARGUMENTS_VARIABLE] ?? ''), folder);
  const readings = line.readings.map((reading): Reading => {
    const name = `${ARGUMENTS_VARIABLE} ${reading.origin.from === 'flag' ? reading.origin.name : ''}`;
    return { ...reading, origin: { from: 'environment', name: name.trimEnd() } };
  });
  // The value of a flag we do not know looks like an argument: one fault for that is enough.
  const positionals = line.faults.length > 0 ? [] : line.positionals;
  const strays = [...positionals, ...[...line.actions].map((action) => `--${action}`)];
  const faults = [
    ...line.faults,
    ...strays.map((stray) => `expected flags of settings only; got ${stray}.`),
  ].map((fault) => `environment ${ARGUMENTS_VARIABLE}: ${fault}`);
  return { ...line, readings, faults };
}

/**
 * `parseArgs` lets a flag without a value take the next flag as its value. Such a flag is
 * reported and left out, so that the next one is still read.
 */
function tokensOf(argv: readonly string[], faults: string[]): ReturnType<typeof tokenize> {
  const tokens = tokenize(argv);
  const greedy = tokens.find((token) => token.kind === 'option' && hasTakenFlag(token));
  if (greedy?.kind !== 'option') return tokens;
  faults.push(`flag ${greedy.rawName}: expected a value; got ${greedy.value}.`);
  return tokensOf(argv.toSpliced(greedy.index, 1), faults);
}

function tokenize(argv: readonly string[]): NonNullable<ReturnType<typeof parseArgs>['tokens']> {
  const parsed = parseArgs({
    args: [...argv],
    options: OPTIONS,
    // Strict mode throws at the first fault; we report all of them.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return parsed.tokens;
}

function hasTakenFlag(token: {
  value?: string | undefined;
  inlineValue?: boolean | undefined;
}): boolean {
  return token.inlineValue === false && /^-\D/.test(token.value ?? '');
}

function noteFlag(
  token: OptionToken,
  given: Map<string, { flag: string; text: string }>,
  faults: string[],
): void {
  const flag = FLAGS.get(token.name);
  if (flag === undefined) {
    const hint = didYouMean(token.rawName, FLAG_NAMES);
    faults.push(`flag ${token.rawName}: there is no such flag${hint}`);
    return;
  }
  const text = token.value ?? flag.meaning;
  const before = given.get(flag.key);
  if (text === undefined) {
    faults.push(`flag ${token.rawName}: expected a value; got none.`);
  } else if (flag.meaning === 'false' && token.value !== undefined) {
    faults.push(`flag ${token.rawName}: expected no value; got ${JSON.stringify(text)}.`);
  } else if (before !== undefined && isListFlag(flag)) {
    given.set(flag.key, { flag: token.rawName, text: `${before.text}${flagItems(flag, text)}` });
  } else if (before !== undefined && before.text !== text) {
    faults.push(`flag ${token.rawName}: given twice, as ${before.text} and as ${text}.`);
  } else {
    const whole = isListFlag(flag) ? flagItems(flag, text) : text;
    given.set(flag.key, { flag: token.rawName, text: whole });
  }
}

function isListFlag({ key }: Flag): boolean {
  return key !== 'config' && isListSetting(settingOf(key));
}

/** One flag may have several items, with commas. */
function flagItems({ key }: Flag, text: string): string {
  const setting = key === 'config' ? undefined : settingOf(key);
  const hasCommas = setting !== undefined && 'hasCommas' in setting && setting.hasCommas === true;
  return listText(hasCommas ? [text] : text.split(','));
}

function flagsOf(key: SettingKey, setting: Setting): [string, Flag][] {
  const name = flagName(key);
  if (setting.kind === 'path' && setting.isPositional) return [];
  if (setting.kind !== 'flag') return [[name, { key }]];
  return [
    [name, { key, meaning: 'true' }],
    [`no-${name}`, { key, meaning: 'false' }],
  ];
}

function parseArgsOptions(): Options {
  const options: Options = {};
  for (const [name, { key, meaning }] of FLAGS) {
    const short = key === 'config' ? CONFIG_FLAG.short : settingOf(key).short;
    const type = meaning === undefined ? 'string' : 'boolean';
    options[name] = short === undefined ? { type } : { type, short };
  }
  for (const [name, action] of Object.entries<FlagDoc>(ACTIONS)) {
    options[name] = { type: 'boolean', ...(action.short && { short: action.short }) };
  }
  return options;
}

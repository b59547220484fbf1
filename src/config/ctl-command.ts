/** `forkcast ctl VERB [NAME]`: which verb, and where the server's admin port is. */
import { ConfigError } from '../errors.js';
import { ctlKey, type KeyPlaces } from './ctl-key.js';
import { defaultText } from './setting.js';
import { settingOf } from './settings.js';
import { type CommandLine, readCommandLine } from './sources/flags.js';
import { type Reading, type Source, valueFault } from './sources/origin.js';
import { addressesOf, expectation, parseValue } from './value-text.js';
import type { Address } from './values/address.js';

/** The verb is not looked at here: what verbs there are is known by who does them. */
export type CtlCommand =
  | {
      readonly name: 'ctl';
      /** The verb and what follows it. */
      readonly words: readonly string[];
      readonly admin: Address;
      /** What opens the admin port; undefined where no key is known. */
      readonly key: string | undefined;
      readonly isJson: boolean;
    }
  | { readonly name: 'ctlHelp' };

/** Win over `--admin-bind`, `--admin-key-file` and their like; only here are they flags. */
const OWN_FLAGS = { '--admin': 'adminBind', '--key-file': 'adminKeyFile' } as const;
/** Another way to say the word that follows `top`. */
const INTERVAL_FLAG = '--interval';

type OwnFlag = keyof typeof OWN_FLAGS;

/** The word by which such a command begins. */
export const CTL = 'ctl';

/**
 * @param argv after the word `ctl`
 * @param otherSources what the file and the environment say, lowest precedence first
 * @throws ConfigError
 */
export function parseCtlCommand(
  argv: readonly string[],
  folder: string,
  otherSources: (line: CommandLine) => readonly Source[],
  keyPlaces: KeyPlaces,
): CtlCommand {
  const { rest: others, text: interval } = takeFlag(argv, INTERVAL_FLAG);
  const { rest, own } = takeOwnFlags(others, folder);
  const line = readCommandLine(rest, folder);
  const isHelp = line.actions.has('help');
  const sources = otherSources(line);
  const readings = [...[...sources, line].flatMap((source) => source.readings), ...own];
  const { address, fault } = adminAddress(readings);
  // A file that could not be read may well have named another server.
  const unread = sources.filter((source) => source.readings.length === 0);
  const { key, faults: keyFaults } = ctlKey(readings, keyPlaces);
  const faults = [...unread.flatMap((source) => source.faults), ...line.faults, ...keyFaults];
  if (fault !== undefined) faults.push(fault);
  if (isHelp) return { name: 'ctlHelp' };
  if (faults.length > 0 || address === undefined) throw new ConfigError(faults);
  const isJson = line.actions.has('json');
  const words = [...line.positionals, ...(interval === undefined ? [] : [interval])];
  return { name: 'ctl', words, admin: address, key, isJson };
}

function takeOwnFlags(
  argv: readonly string[],
  folder: string,
): { readonly rest: readonly string[]; readonly own: Reading[] } {
  let rest = argv;
  const own: Reading[] = [];
  for (const name of Object.keys(OWN_FLAGS) as OwnFlag[]) {
    const taken = takeFlag(rest, name);
    rest = taken.rest;
    if (taken.text === undefined) continue;
    own.push({ key: OWN_FLAGS[name], text: taken.text, origin: { from: 'flag', name }, folder });
  }
  return { rest, own };
}

function takeFlag(
  argv: readonly string[],
  name: string,
): { readonly rest: readonly string[]; readonly text: string | undefined } {
  const at = argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at < 0) return { rest: argv, text: undefined };
  const [flag = '', next = ''] = argv.slice(at, at + 2);
  const isInline = flag !== name;
  return {
    rest: argv.toSpliced(at, isInline ? 1 : 2),
    text: isInline ? flag.slice(name.length + 1) : next,
  };
}

/** What else is wrong with the settings of the server is not asked: it may well serve with others. */
function adminAddress(readings: readonly Reading[]): { address?: Address; fault?: string } {
  const setting = settingOf('adminBind');
  const standard: Reading = {
    key: 'adminBind',
    text: defaultText(setting) ?? '',
    origin: { from: 'default' },
    folder: '/',
  };
  const { text, folder, origin } = readings.findLast(({ key }) => key === 'adminBind') ?? standard;
  const value = parseValue(setting, text, folder);
  const [address] = value === undefined ? [] : addressesOf(value);
  if (address !== undefined) return { address };
  return { fault: valueFault(origin, expectation(setting), text) };
}

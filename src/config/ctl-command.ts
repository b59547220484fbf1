/** `forkcast ctl VERB [NAME]`: which verb, and where the server's admin port is. */
import { ConfigError } from '../errors.js';
import type { Address } from './address.js';
import { type CommandLine, readCommandLine } from './flags.js';
import { type Reading, type Source, valueFault } from './origin.js';
import { defaultText } from './setting.js';
import { settingOf } from './settings.js';
import { addressesOf, expectation, parseValue } from './value.js';

/** The verb is not looked at here: what verbs there are is known by who does them. */
export type CtlCommand =
  | {
      readonly name: 'ctl';
      /** The verb and what follows it. */
      readonly words: readonly string[];
      readonly admin: Address;
      readonly isJson: boolean;
    }
  | { readonly name: 'ctlHelp' };

/** Wins over `--admin-bind` and its like; only here is it a flag. */
const ADMIN_FLAG = '--admin';

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
): CtlCommand {
  const { rest, admin } = takeAdmin(argv);
  const line = readCommandLine(rest, folder);
  const isHelp = line.actions.has('help');
  const sources = otherSources(line);
  const readings = [...sources, line].flatMap((source) => source.readings);
  if (admin !== undefined) readings.push(adminReading(admin, folder));
  const { address, fault } = adminAddress(readings);
  // A file that could not be read may well have named another server.
  const unread = sources.filter((source) => source.readings.length === 0);
  const faults = [...unread.flatMap((source) => source.faults), ...line.faults];
  if (fault !== undefined) faults.push(fault);
  if (isHelp) return { name: 'ctlHelp' };
  if (faults.length > 0 || address === undefined) throw new ConfigError(faults);
  const isJson = line.actions.has('json');
  return { name: 'ctl', words: line.positionals, admin: address, isJson };
}

function takeAdmin(argv: readonly string[]): { rest: string[]; admin: string | undefined } {
  const at = argv.findIndex((word) => word === ADMIN_FLAG || word.startsWith(`${ADMIN_FLAG}=`));
  if (at < 0) return { rest: [...argv], admin: undefined };
  const [flag = '', next = ''] = argv.slice(at, at + 2);
  const isInline = flag !== ADMIN_FLAG;
  return {
    rest: argv.toSpliced(at, isInline ? 1 : 2),
    admin: isInline ? flag.slice(ADMIN_FLAG.length + 1) : next,
  };
}

function adminReading(text: string, folder: string): Reading {
  return { key: 'adminBind', text, origin: { from: 'flag', name: ADMIN_FLAG }, folder };
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

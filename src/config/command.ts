import { resolve } from 'node:path';
import { ConfigError, messageOf } from '../errors.js';
import { didYouMean } from './closest-name.js';
import { type Configuration, configure } from './configuration.js';
import type { Cpus } from './cpus/allowed-cpus.js';
import { CTL, type CtlCommand, parseCtlCommand } from './ctl-command.js';
import { readActivation } from './sources/activation.js';
import { readConfigFile } from './sources/config-file.js';
import { CONFIG_VARIABLE, type Environment, readEnvironment } from './sources/environment.js';
import { type CommandLine, readArgumentsVariable, readCommandLine } from './sources/flags.js';
import type { Reading, Source } from './sources/origin.js';
import { readSecrets, type Secrets } from './sources/secrets.js';
import { publicAdminFaults } from './trust-checks.js';

/** What the user wants done. `path` is absolute. */
export type Command =
  | {
      readonly name: 'serve';
      readonly path: string;
      readonly configuration: Configuration;
      /** Absolute path of the config file, if one was named. */
      readonly configFile: string | undefined;
      /** Sockets of systemd that are not used, since the setting they are for is given: `fd://3`. */
      readonly unusedSockets: readonly string[];
      readonly secrets: Secrets;
    }
  | {
      readonly name: 'check';
      readonly path: string;
      readonly configuration: Configuration;
      readonly secrets: Secrets;
      readonly isJson: boolean;
    }
  | CtlCommand
  | { readonly name: 'printConfig'; readonly configuration: Configuration }
  | { readonly name: 'help' }
  | { readonly name: 'version' };

/** Everything a configuration is made from. */
export type Inputs = {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly pid: number;
  readonly cwd: string;
  /** CPUs this process may use. */
  readonly cpus: Cpus;
  /** Text of a file; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
  /** What is wrong with the models of a PATH; asked only when settings have faults too. */
  readonly modelFaults: (path: string, defaultModel: string | undefined) => readonly string[];
};

const VERBS = ['serve', 'check'] as const;
type Verb = (typeof VERBS)[number];

const NO_PATH =
  'No PATH given: name a model file or a folder of models, as in "forkcast serve models", ' +
  'or set FORKCAST_PATH or "path" in the config file.';

const NOT_JSON = 'flag --json: only "forkcast check" and "forkcast ctl" print JSON.';

/**
 * Reads the command line, the environment and the config file.
 *
 * @throws ConfigError with all faults of all of them, and then of the models too
 */
export function parseCommand(inputs: Inputs): Command {
  const [first, ...others] = inputs.argv;
  if (first === CTL) return readCtl(others, inputs);
  const line = readCommandLine(inputs.argv, inputs.cwd);
  if (line.actions.has('help')) return { name: 'help' };
  if (line.actions.has('version')) return { name: 'version' };
  return readServer(line, inputs);
}

function readCtl(words: readonly string[], inputs: Inputs): Command {
  const { env, cwd, readFile } = inputs;
  const otherSources = (line: CommandLine): readonly Source[] => [
    readNamedFile(line, inputs),
    readEnvironment(env, cwd),
    readArgumentsVariable(env, cwd),
  ];
  return parseCtlCommand(words, cwd, otherSources, {
    readFile,
    variable: readSecrets(env).adminKeys,
  });
}

/** What has a configuration: `serve`, `check` and `--print-config`. */
function readServer(line: CommandLine, inputs: Inputs): Command {
  const { env, cwd } = inputs;
  const { verb: said, ...argument } = readArguments(line, cwd);
  const verb = line.actions.has('check-config') ? 'check' : said;
  const isPrinting = line.actions.has('print-config');
  const isJson = line.actions.has('json');
  const file = readNamedFile(line, inputs);
  const activation = readActivation(env, inputs.pid);
  const named = [readEnvironment(env, cwd), readArgumentsVariable(env, cwd), line, argument];
  const sources = [activation, file, ...named];
  const readings = sources.flatMap((source) => source.readings);
  const { configuration, faults: valueFaults } = configure(readings, inputs.cpus);
  const secrets = readSecrets(env);
  const faults = [
    ...sources.flatMap((source) => source.faults),
    ...valueFaults,
    ...publicAdminFaults(configuration, secrets),
    ...(isJson && verb !== 'check' ? [NOT_JSON] : []),
    ...(isPrinting || isPathGiven(readings, file) ? [] : [NO_PATH]),
  ];
  if (faults.length > 0) {
    throw new ConfigError([...faults, ...modelFaults(configuration, line, inputs)]);
  }
  const { path } = configuration.settings;
  if (isPrinting || path === undefined) return { name: 'printConfig', configuration };
  if (verb === 'check') return { name: 'check', path, configuration, secrets, isJson };
  const unusedSockets = socketsOverruled(activation, configuration);
  const configFile = namedFile(line, inputs);
  return { name: 'serve', path, configuration, configFile, secrets, unusedSockets };
}

/** Only where PATH is sure: behind a flag we do not know, it may be that flag's value. */
function modelFaults(
  { settings: { path, defaultModel } }: Configuration,
  { actions, faults }: CommandLine,
  inputs: Inputs,
): readonly string[] {
  if (path === undefined || actions.has('print-config') || faults.length > 0) return [];
  return inputs.modelFaults(path, defaultModel);
}

/** Sockets of systemd for settings that something else has given. */
function socketsOverruled({ readings }: Source, { origins }: Configuration): readonly string[] {
  const unused = readings.filter(({ key, origin }) => origins[key] !== origin);
  return unused.flatMap(({ text }) => text.split(','));
}

/** A file that could not be read may well have held it. */
function isPathGiven(readings: readonly Reading[], file: Source): boolean {
  const isUnread = file.faults.length > 0 && file.readings.length === 0;
  return isUnread || readings.some(({ key }) => key === 'path');
}

/** `[serve|check] [PATH]`; a folder called `serve` is `./serve`. */
function readArguments(
  { positionals, faults: flagFaults }: CommandLine,
  cwd: string,
): Source & { readonly verb: Verb } {
  const verb = VERBS.find((name) => name === positionals[0]);
  const [path, ...extra] = verb === undefined ? positionals : positionals.slice(1);
  const readings: Reading[] =
    path === undefined
      ? []
      : [{ key: 'path', text: path, origin: { from: 'flag', name: 'PATH' }, folder: cwd }];
  const hint = verb === undefined ? didYouMean(path ?? '', VERBS) : '.';
  // The value of a flag we do not know looks like an argument: one fault for that is enough.
  const unexpected = flagFaults.length > 0 ? [] : extra;
  const faults = unexpected.map(
    (one) => `argument ${one}: expected one PATH only, after ${path}${hint}`,
  );
  return { verb: verb ?? 'serve', readings, faults };
}

function namedFile(line: CommandLine, { env, cwd }: Inputs): string | undefined {
  const inVariable = readArgumentsVariable(env, cwd).config;
  const named = line.config ?? inVariable ?? (env[CONFIG_VARIABLE] || undefined);
  return named === undefined ? undefined : resolve(cwd, named);
}

/** The file of `--config`, else of FORKCAST_CONFIG; no file is read that nobody named. */
function readNamedFile(line: CommandLine, inputs: Inputs): Source {
  const path = namedFile(line, inputs);
  if (path === undefined) return { readings: [], faults: [] };
  try {
    return readConfigFile(path, inputs.readFile(path));
  } catch (error) {
    const isFlag = line.config !== undefined;
    const origin = isFlag ? 'flag --config' : `environment ${CONFIG_VARIABLE}`;
    const reason = messageOf(error);
    return { readings: [], faults: [`${origin}: cannot read ${path}: ${reason}.`] };
  }
}

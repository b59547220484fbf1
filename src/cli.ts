#!/usr/bin/env node
/**
 * argv → command → exit code. The only place that ends the process.
 *
 * Nothing is imported before the signals are held: one that arrives while the
 * modules load would end the process by Node's defaults (SIGUSR1 would open its
 * debugger). The master takes over what was held.
 */
import { isatty } from 'node:tty';
import type { Command } from './config/command.js';
import type { ProcessCommand } from './config/process-command.js';
import type { Settings } from './config/settings.js';
import type { Secrets } from './config/sources/secrets.js';
import type { ExitCode } from './errors.js';
import type { Owner } from './master/system/owner.js';
import type { Trust } from './master/trust/trust.js';

const HELD_SIGNALS = [
  ...(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTTIN'] as const),
  // A job in the background that writes to its terminal would be sent it again and again.
  ...(isatty(1) || isatty(2) ? [] : (['SIGTTOU'] as const)),
];
const heldSignals: string[] = [];
const hold = (signal: string) => heldSignals.push(signal);
for (const signal of HELD_SIGNALS) process.on(signal, hold);

const { ConfigError, EXIT, StartError } = await import('./errors.js');
process.exit(await main());

async function main(): Promise<ExitCode> {
  try {
    const { processCommand } = await import('./config/process-command.js');
    const { planModels } = await import('./model/repository/plan.js');
    const modelFaults = (path: string, chosen: string | undefined): readonly string[] =>
      faultsOf(() => planModels(path, chosen));
    return await run(processCommand(modelFaults));
  } catch (error) {
    if (process.send !== undefined) {
      const { tellFailure } = await import('./master/upgrade/predecessor.js');
      await tellFailure((error as Error).message);
    }
    return explain(error);
  }
}

function faultsOf(configure: () => unknown): readonly string[] {
  try {
    configure();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

async function run(given: ProcessCommand): Promise<ExitCode> {
  const { command } = given;
  switch (command.name) {
    case 'help': {
      const { usage } = await import('./config/pages/usage.js');
      return print(usage());
    }
    case 'version': {
      const { VERSION } = await import('./version.js');
      return print(VERSION);
    }
    case 'printConfig': {
      const { printConfig } = await import('./config/pages/print-config.js');
      return print(printConfig(command.configuration));
    }
    case 'ctl':
      return ctl(command);
    case 'ctlHelp': {
      const { ctlUsage } = await import('./ctl/ctl.js');
      return print(ctlUsage());
    }
    case 'check':
      return check(command);
    case 'serve':
      return serve(command, given);
  }
}

/** Asks a running server; Ctrl-C ends the asking, not what was asked for. */
async function ctl({
  words,
  admin,
  key,
  isJson,
}: Extract<Command, { name: 'ctl' }>): Promise<ExitCode> {
  for (const signal of HELD_SIGNALS) process.off(signal, hold);
  const { runVerb } = await import('./ctl/ctl.js');
  const text = await runVerb(words, admin, isJson, key);
  return text === '' ? EXIT.OK : print(text);
}

/** Loads and runs every model; every fault of settings and folders has been thrown by then. */
async function check({
  path,
  configuration: { settings, origins },
  secrets,
  isJson,
}: Extract<Command, { name: 'check' }>): Promise<ExitCode> {
  const { planModels } = await import('./model/repository/plan.js');
  const { checkModels } = await import('./check/check-models.js');
  const { jsonReport, planReport, summary } = await import('./check/report.js');
  await openTrust(path, settings, secrets);
  await settleIn(settings);
  const plan = planModels(path, settings.defaultModel);
  const signal = stopSignal();
  const isQuiet = origins.logLevel.from === 'default';
  const logLevel = isQuiet ? 'silent' : settings.logLevel;
  const checked = [];
  for await (const one of checkModels(plan, { settings, logLevel, signal })) {
    checked.push(one);
    if (!isJson) process.stdout.write(`${planReport(one)}\n`);
  }
  if (signal.aborted) return EXIT.UNEXPECTED;
  await print(isJson ? jsonReport(checked) : summary(checked));
  return checked.some(({ fault }) => fault !== undefined) ? EXIT.MODEL_LOAD_FAILED : EXIT.OK;
}

/** Aborted by what asks a program to end, also if it came already; the workers must end as well. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const) {
    process.on(signal, stop);
    if (heldSignals.includes(signal)) stop();
  }
  // Nobody reads on.
  process.stdout.on('error', stop);
  return controller.signal;
}

async function serve(
  { path, configuration, configFile, unusedSockets, secrets }: Extract<Command, { name: 'serve' }>,
  { handover, reread }: ProcessCommand,
): Promise<ExitCode> {
  const { firstLook } = await import('./master/models/first-look.js');
  const { openMasterLogs } = await import('./observe/master-logs.js');
  const { MasterHooks } = await import('./master/hooks/master-hooks.js');
  const { Master } = await import('./master/master.js');
  const { ServiceManager } = await import('./master/system/service-manager.js');
  const { serviceManagement } = await import('./config/sources/process-environment.js');
  const { settings } = configuration;
  const { trust, owner } = await openTrust(path, settings, secrets);
  await settleIn(settings);
  if (settings.umask !== undefined) process.umask(settings.umask);
  const first = await firstLook(path, settings);
  const logs = openMasterLogs(settings);
  const { log } = logs;
  if (unusedSockets.length > 0) log.warn({ sockets: unusedSockets }, 'sockets of systemd not used');
  for (const warning of trust.warnings(settings)) log.warn({ warning }, 'check the permissions');
  const hooks = await MasterHooks.open(settings, log);
  const sourceFiles = (): string[] => [
    ...(configFile === undefined ? [] : [configFile]),
    ...(settings.hooks === undefined ? [] : [settings.hooks]),
    ...settings.reloadExtraFile,
  ];
  const manager = new ServiceManager(serviceManagement(handover !== undefined), { log });
  const facts = { settings, reread, root: path, sourceFiles, first };
  const options = { ...facts, trust, owner, manager, hooks, log, logs };
  const master = new Master(options, handover);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'unexpected error in the master');
    void master
      .abort()
      .then(() => logs.flushed())
      .then(() => process.exit(EXIT.UNEXPECTED));
  });
  for (const signal of HELD_SIGNALS) process.off(signal, hold);
  try {
    return await master.run(heldSignals);
  } finally {
    await logs.flushed();
  }
}

/** Where this process and those that it starts work, and with which variables. @throws ConfigError */
async function settleIn({ chdir, env }: Settings): Promise<void> {
  const { setVariables } = await import('./config/sources/process-environment.js');
  setVariables(env);
  try {
    if (chdir !== undefined) process.chdir(chdir);
  } catch (error) {
    throw new ConfigError([`chdir: cannot work in ${chdir}: ${(error as Error).message}.`]);
  }
}

/** Reads certificates and the like, and looks for whom the server is to run as. @throws ConfigError; what is wrong with the models is told, too */
async function openTrust(
  path: string,
  settings: Settings,
  secrets: Secrets,
): Promise<{ readonly trust: Trust; readonly owner: Owner | undefined }> {
  const { findOwner } = await import('./master/system/owner.js');
  const { Trust } = await import('./master/trust/trust.js');
  const { planModels } = await import('./model/repository/plan.js');
  try {
    return { owner: findOwner(settings), trust: new Trust(settings, secrets) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const modelFaults = faultsOf(() => planModels(path, settings.defaultModel));
    throw new ConfigError([...error.faults, ...modelFaults]);
  }
}

/** @throws StartError when it cannot be written, unless its reader wants no more, as `head` does */
function print(text: string): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    process.stdout.once('error', () => {}); // the callback has it, too
    process.stdout.write(
      `${text.trimEnd()}\n`,
      (error: NodeJS.ErrnoException | null | undefined) => {
        if (!error || error.code === 'EPIPE') return resolve(EXIT.OK);
        const what = `cannot write to the standard output: ${error.message}`;
        reject(new StartError(EXIT.UNEXPECTED, what, { cause: error }));
      },
    );
  });
}

function explain(error: unknown): ExitCode {
  if (error instanceof ConfigError) {
    const faults = error.faults.map((fault) => `  - ${fault}`).join('\n');
    process.stderr.write(`forkcast: the configuration has faults:\n${faults}\n`);
    return error.exitCode;
  }
  if (error instanceof StartError) {
    process.stderr.write(`forkcast: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`forkcast: unexpected error: ${(error as Error)?.stack ?? String(error)}\n`);
  return EXIT.UNEXPECTED;
}

/** The command of this very process. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Command, type Inputs, parseCommand } from './command.js';
import { allowedCpus } from './cpus/allowed-cpus.js';
import type { Settings } from './settings.js';
import { type Handover, readHandover } from './sources/handover.js';
import { takeEnvironment } from './sources/process-environment.js';

export type ProcessCommand = {
  readonly command: Command;
  /** From the master that has started this one to follow it. */
  readonly handover: Handover | undefined;
  /**
   * The settings as their sources give them now: the same flags and environment, whatever has become
   * of those of the process, and the files as they are. @throws ConfigError with all faults at once
   */
  reread(): Settings;
};

/** @throws ConfigError with all faults at once */
export function processCommand(modelFaults: Inputs['modelFaults']): ProcessCommand {
  const { handover, env } = readHandover(takeEnvironment());
  const given = {
    argv: process.argv.slice(2),
    env,
    // What systemd says it has said to the first master.
    pid: handover?.pid ?? process.pid,
    cwd: process.cwd(),
    readFile: (path: string) => readFileSync(path, 'utf8'),
  };
  const parse = (faults: Inputs['modelFaults']): Command =>
    parseCommand({
      ...given,
      cpus: allowedCpus(availableParallelism(), readTextIfThere),
      modelFaults: faults,
    });
  return {
    command: parse(modelFaults),
    handover,
    reread: () => settingsOf(parse(() => [])),
  };
}

function settingsOf(command: Command): Settings {
  if (!('configuration' in command)) throw new Error('not reached: only who serves reads anew');
  return command.configuration.settings;
}

function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

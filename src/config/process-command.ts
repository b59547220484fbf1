/** The command of this very process. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Command, type Inputs, parseCommand } from './command.js';
import { allowedCpus } from './cpus.js';
import { type Handover, readHandover } from './handover.js';
import { takeEnvironment } from './process-environment.js';

export type ProcessCommand = {
  readonly command: Command;
  /** From the master that has started this one to follow it. */
  readonly handover: Handover | undefined;
};

/** @throws ConfigError with all faults at once */
export function processCommand(modelFaults: Inputs['modelFaults']): ProcessCommand {
  const { handover, env } = readHandover(takeEnvironment());
  const command = parseCommand({
    argv: process.argv.slice(2),
    env,
    // What systemd says it has said to the first master.
    pid: handover?.pid ?? process.pid,
    cwd: process.cwd(),
    cpus: allowedCpus(availableParallelism(), readTextIfThere),
    readFile: (path) => readFileSync(path, 'utf8'),
    modelFaults,
  });
  return { command, handover };
}

function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

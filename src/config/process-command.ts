/** The command of this very process. The only place that reads `process.env`. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { ACTIVATION_VARIABLES } from './activation.js';
import { type Command, type Inputs, parseCommand } from './command.js';
import { allowedCpus } from './cpus.js';

/** @throws ConfigError with all faults at once */
export function processCommand(modelFaults: Inputs['modelFaults']): Command {
  const command = parseCommand({
    argv: process.argv.slice(2),
    env: process.env,
    pid: process.pid,
    cwd: process.cwd(),
    cpus: allowedCpus(availableParallelism(), readTextIfThere),
    readFile: (path) => readFileSync(path, 'utf8'),
    modelFaults,
  });
  for (const name of ACTIVATION_VARIABLES) delete process.env[name];
  return command;
}

function readTextIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

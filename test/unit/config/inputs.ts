import { type Command, type Inputs, parseCommand } from '../../../src/config/command.js';
import type { Configuration } from '../../../src/config/configuration.js';
import { ConfigError } from '../../../src/errors.js';

type Given = {
  argv?: string[];
  env?: Record<string, string>;
  files?: Record<string, string>;
  cpus?: number;
  modelFaults?: Inputs['modelFaults'];
};

export const PID = 4711;

/** Inputs of a machine that exists only here: four CPUs, working directory /srv. */
function inputs({
  argv = ['models'],
  env = {},
  files = {},
  cpus = 4,
  modelFaults = () => [],
}: Given): Inputs {
  return {
    argv,
    env,
    pid: PID,
    cwd: '/srv',
    cpus: { count: cpus, limit: 'none' },
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error('ENOENT: no such file or directory');
      return text;
    },
    modelFaults,
  };
}

export function command(given: Given): Command {
  return parseCommand(inputs(given));
}

export function configuration(given: Given): Configuration {
  const parsed = command(given);
  if (!('configuration' in parsed)) throw new Error(`${parsed.name} has no configuration`);
  return parsed.configuration;
}

/** The faults that these inputs have; none when they are right. */
export function faults(given: Given): readonly string[] {
  try {
    command(given);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

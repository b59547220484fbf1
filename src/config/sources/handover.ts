/** How a server that is upgraded starts the one that follows it, and what it hands over. */
import { realpathSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { ACTIVATION_VARIABLES } from './activation.js';
import type { Environment } from './environment.js';

/** A listening socket that the new master gets from the old one. */
export type HandedSocket = {
  /** The flag of the setting that it was opened for, and the address as it was configured. */
  readonly setting: string;
  readonly configured: string;
  /** The address as it is, with the real port where 0 was asked for. */
  readonly address: string;
  /** Its descriptor in the process that gets it. */
  readonly fd: number;
  /** The file of a Unix socket that was made by one of the masters. */
  readonly file?: { readonly path: string; readonly device: number; readonly inode: number };
};

export type Handover = {
  /** Of the master that hands over. */
  readonly pid: number;
  readonly sockets: readonly HandedSocket[];
};

/** Everything that a server is started from. */
export type StartPlace = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
};

/** Set for a new master alone, by the old one. */
const VARIABLE = 'FORKCAST_HANDOVER';
/** The watchdog of systemd then expects to hear from anybody, not from the old master. */
const WATCHDOG_VARIABLE = 'WATCHDOG_PID';

/** What the old master says, unless this one follows nobody; and all else that the environment says. */
export function readHandover(env: Environment): {
  readonly handover: Handover | undefined;
  readonly env: Environment;
} {
  const { [VARIABLE]: text, ...others } = env;
  const handover = text === undefined ? undefined : (JSON.parse(text) as Handover);
  return { handover, env: others };
}

/** Said to one process alone: what it starts must not take them for its own. */
export const PASSING_VARIABLES: readonly string[] = [...ACTIVATION_VARIABLES, VARIABLE];

/** The environment of the new master. @param env of this process as it was at its start */
export function successorEnvironment(env: Environment, handover: Handover): Environment {
  const { [WATCHDOG_VARIABLE]: _, ...kept } = env;
  const isActivated = env.LISTEN_FDS !== undefined;
  return {
    ...kept,
    // The sockets have the old master's numbers in its settings: who follows knows them by those.
    ...(isActivated && { LISTEN_PID: String(handover.pid) }),
    [VARIABLE]: JSON.stringify(handover),
  };
}

/**
 * Where and as what this process was started. Names stay as they were said: when one of them goes
 * through a link to the current release, the new master is to be what it leads to by then.
 */
export function startPlaceOf({
  execPath,
  execArgv,
  argv,
  cwd,
  env,
}: Pick<NodeJS.Process, 'execPath' | 'execArgv' | 'argv'> & {
  readonly cwd: string;
  readonly env: Environment;
}): StartPlace {
  const [, script = '', ...args] = argv;
  const named = namedFolder(env.PWD, cwd);
  // Node has made the script's path absolute, with the folder's real name.
  const below = relative(cwd, script);
  const isBelow = !below.startsWith('..');
  return {
    program: execPath,
    args: [...execArgv, isBelow ? resolve(named, below) : script, ...args],
    cwd: named,
  };
}

/** A shell says by which name it went to a folder; the kernel only says which folder it is. */
function namedFolder(named: string | undefined, cwd: string): string {
  try {
    return named !== undefined && realpathSync(named) === cwd ? named : cwd;
  } catch {
    return cwd;
  }
}

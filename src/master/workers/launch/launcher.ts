/**
 * Programs that ask the system for something and then become the one that they are told to start,
 * so that it has what only a process can ask for itself. Where one is missing, does not know what it
 * is asked, or is refused, the worker starts without.
 */
import { spawnSync } from 'node:child_process';
import { findProgram, isProgram } from '../../../config/sources/programs.js';

/** A program and what it is told before the name of the next one. */
export type Launcher = { readonly tool: string; readonly ask: readonly string[] };

/** Absolute, so that whether it is still there can be looked up without a search. */
export type Found = Launcher & { readonly path: string };

/** How Node is started: by which program, and what this program is told first. */
export type Start = { readonly execPath: string; readonly args: readonly string[] };

const PROBE_LIMIT_MS = 1000;

const found = new Map<Launcher, Found | undefined>();

/**
 * Tried once, and looked up before each start: an upgrade of the system's packages may have taken
 * it away meanwhile.
 */
export function findLauncher(launcher: Launcher): Found | undefined {
  if (!found.has(launcher)) found.set(launcher, tryOut(launcher));
  const there = found.get(launcher);
  return there !== undefined && isProgram(there.path) ? there : undefined;
}

/** Each of them becomes the next, the last one Node. Pure. */
export function chainOf(launchers: readonly Found[], nodePath: string): Start {
  const words = [...launchers.flatMap(({ path, ask }) => [path, ...ask]), nodePath];
  const [execPath = nodePath, ...args] = words;
  return { execPath, args };
}

/** `fork` of node:cluster takes no program: it starts the one that runs. */
export function withExecPath<T>(execPath: string, fork: () => T): T {
  const own = process.execPath;
  process.execPath = execPath;
  try {
    return fork();
  } finally {
    process.execPath = own;
  }
}

function tryOut({ tool, ask }: Launcher): Found | undefined {
  const path = findProgram(tool);
  if (path === undefined) return undefined;
  const options = { stdio: 'ignore', timeout: PROBE_LIMIT_MS } as const;
  const { status } = spawnSync(path, [...ask, 'true'], options);
  return status === 0 ? { tool, ask, path } : undefined;
}

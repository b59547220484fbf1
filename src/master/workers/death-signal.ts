/**
 * The system's own way to end a process when its parent has (PR_SET_PDEATHSIG), which only a
 * process can ask for itself: `setpriv` of util-linux does, and becomes Node. Where it is missing a
 * worker watches its master from a thread, which takes 8 MB of memory.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TOOL = 'setpriv';
const ASK: readonly string[] = ['--pdeathsig', 'KILL'];
const PROBE_LIMIT_MS = 1000;

/** How Node is started: by which program, and what this program is told first. */
export type Start = { readonly execPath: string; readonly args: readonly string[] };

let isThere: boolean | undefined;

/** @returns undefined where the system's way is not there */
export function startWithDeathSignal(nodePath: string): Start | undefined {
  isThere ??= canAsk();
  return isThere ? { execPath: TOOL, args: [...ASK, nodePath] } : undefined;
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

/** BusyBox has one that cannot. */
function canAsk(): boolean {
  if (!keepsSignals(readStatus())) return false;
  const options = { stdio: 'ignore', timeout: PROBE_LIMIT_MS } as const;
  const { status } = spawnSync(TOOL, [...ASK, 'true'], options);
  return status === 0;
}

function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}

/**
 * The kernel forgets what was asked for when a program gains rights as it starts: so it does where
 * Node's file has capabilities (`setcap`, for ports below 1024), which shows in a process that has
 * some without being root. Pure.
 *
 * @param status as in /proc/PID/status
 */
export function keepsSignals(status: string): boolean {
  const [, effectiveUid] = /^Uid:\t\d+\t(\d+)/m.exec(status) ?? [];
  const [, permitted] = /^CapPrm:\t([0-9a-f]+)$/m.exec(status) ?? [];
  if (effectiveUid === undefined || permitted === undefined) return false;
  return effectiveUid === '0' || /^0+$/.test(permitted);
}

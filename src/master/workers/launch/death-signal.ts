/**
 * The system's own way to end a process when its parent has (PR_SET_PDEATHSIG): `setpriv` of
 * util-linux asks for it. Where it is missing a worker watches its master from a thread, which takes
 * 8 MB of memory. BusyBox has one that cannot.
 */
import { readFileSync } from 'node:fs';
import { type Found, findLauncher } from './launcher.js';

const SETPRIV = { tool: 'setpriv', ask: ['--pdeathsig', 'KILL'] } as const;

export function findDeathSignal(): Found | undefined {
  return keepsSignals(readStatus()) ? findLauncher(SETPRIV) : undefined;
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

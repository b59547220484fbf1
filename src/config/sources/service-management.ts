/** Whether somebody who manages services, such as systemd, wants to be told how this one is. */
import type { Environment } from './environment.js';

export type ServiceManagement = {
  /** It wants to hear something within each such time; undefined where it does not. */
  readonly watchdogMs: number | undefined;
};

/** Of no use to processes that this one starts. */
export const SERVICE_VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

/** @param pid of this process, since the watchdog may be meant for another one; undefined: it is for whom it may be */
export function readServiceManagement(
  { NOTIFY_SOCKET: socket, WATCHDOG_USEC: micros, WATCHDOG_PID: watched }: Environment,
  pid: number | undefined,
): ServiceManagement | undefined {
  if (!socket) return undefined;
  const isMeant = !watched || pid === undefined || watched === String(pid);
  const watchdogMs = Number(micros) / 1000;
  return { watchdogMs: isMeant && watchdogMs > 0 ? watchdogMs : undefined };
}

/** Sockets that systemd has opened and hands to the process it starts (`sd_listen_fds`). */

import type { SettingKey } from '../settings.js';
import type { Environment } from './environment.js';
import { type Reading, type Source, valueFault } from './origin.js';

/** Each says something of this process alone; what it starts must not see them. */
export const ACTIVATION_VARIABLES = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'] as const;

const FIRST_FD = 3;
const MOST_FDS = 1024;
const NONE: Source = { readings: [], faults: [] };

/** Names (`FileDescriptorName=`) of sockets that are not for clients. */
const KEY_BY_NAME: ReadonlyMap<string, SettingKey> = new Map([
  ['admin', 'adminBind'],
  ['metrics', 'metricsBind'],
]);

/**
 * What the sockets give: `bind`, save those with a name of another port. All else that is said of
 * these settings wins over it.
 *
 * @param pid of this process: the variables may have been meant for its parent
 */
export function readActivation(env: Environment, pid: number): Source {
  const { LISTEN_PID, LISTEN_FDS = '', LISTEN_FDNAMES = '' } = env;
  if (LISTEN_PID !== String(pid)) return NONE;
  const count = /^\d{1,5}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : Number.NaN;
  if (!(count <= MOST_FDS)) {
    const expected = `a number of sockets up to ${MOST_FDS}`;
    return { ...NONE, faults: [valueFault(ORIGIN, expected, LISTEN_FDS)] };
  }
  const names = LISTEN_FDNAMES.split(':');
  const texts = new Map<SettingKey, string[]>();
  for (let at = 0; at < count; at += 1) {
    const key = KEY_BY_NAME.get(names[at] ?? '') ?? 'bind';
    texts.set(key, [...(texts.get(key) ?? []), `fd://${FIRST_FD + at}`]);
  }
  const readings = [...texts].map(([key, of]): Reading => {
    return { key, text: of.join(','), origin: ORIGIN, folder: '/' };
  });
  return { ...NONE, readings };
}

const ORIGIN = { from: 'environment', name: 'LISTEN_FDS' } as const;

/**
 * The one table of settings. Flags, environment, file, `--help`, `--print-config`,
 * the JSON Schema and docs/settings.md are all made from it.
 */

import type { Cpus } from './cpus/allowed-cpus.js';
import type { Setting } from './setting.js';
import { ADDRESS_SETTINGS } from './table/address-settings.js';
import { CLOCK_SETTINGS } from './table/clock-settings.js';
import { LOG_SETTINGS } from './table/log-settings.js';
import { PROCESS_SETTINGS } from './table/process-settings.js';
import { RECYCLING_SETTINGS } from './table/recycling-settings.js';
import { REPOSITORY_SETTINGS } from './table/repository-settings.js';
import { TRUST_SETTINGS } from './table/trust-settings.js';
import type { ValueOf } from './value-type.js';

const SERVER_SETTINGS = {
  workers: {
    kind: 'count',
    group: 'workers',
    live: 'workers',
    short: 'w',
    default: 'auto',
    least: 1,
    most: 1024,
    doc: 'Worker processes; auto is the number of CPUs that the server may use: quotas and CPU sets of cgroups and its affinity mask count, parts of a CPU do not.',
  },
  threads: {
    kind: 'count',
    group: 'workers',
    live: 'workers',
    default: 'auto',
    least: 1,
    most: 1024,
    doc: 'Threads of a native runtime in each worker; auto shares the CPUs among the workers that there are to be when it starts.',
  },
  workAhead: {
    kind: 'duration',
    group: 'workers',
    live: 'master',
    default: '1ms',
    least: '0ms',
    doc: 'Estimated work a worker may have in front of it and still be given the next request.',
  },
  queueLimit: {
    kind: 'count',
    group: 'queue',
    live: 'master',
    default: 1024,
    least: 1,
    most: 1_000_000,
    doc: 'Requests that may wait; beyond that the answer is 503 QUEUE_FULL.',
  },
  queueBytes: {
    kind: 'size',
    group: 'queue',
    live: 'master',
    default: '256mb',
    least: '1kb',
    most: '1024gb',
    doc: 'Memory for bodies arriving, waiting and running, for slices of them, and for replies not yet taken.',
  },
  queueTimeout: {
    kind: 'duration',
    group: 'queue',
    live: 'master',
    default: '30s',
    doc: 'The longest a request may wait for a worker; then 504 QUEUE_TIMEOUT.',
  },
  priorityHeader: {
    kind: 'text',
    group: 'queue',
    live: 'master',
    doc: 'The header by which clients say how urgent a request is: high, normal or low; without this setting there is one class. Let a proxy set it, since any client can claim it.',
  },
  priorityShare: {
    kind: 'count',
    group: 'queue',
    live: 'master',
    default: 5,
    least: 1,
    most: 33,
    doc: 'With --priority-header, the percentage of dispatches that waiting requests of low priority get at least.',
  },
  timeout: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: '30s',
    takesOff: true,
    doc: 'The longest a request may run in a worker; then 504 EXECUTION_TIMEOUT. With off, a run that never ends keeps its worker for ever.',
  },
  bootTimeout: {
    kind: 'duration',
    group: 'times',
    live: 'workers',
    default: '2m',
    doc: 'The longest a worker may take to start, load its models and warm up.',
  },
  headerTimeout: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: '30s',
    doc: 'The longest a client may take to send the header of a request.',
  },
  readTimeout: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: '2m',
    doc: 'The longest a client may take to send a whole request, header included.',
  },
  bodyTimeout: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: '30s',
    doc: 'The longest a client may pause while it sends a body; then 408 REQUEST_TIMEOUT.',
  },
  writeTimeout: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: '60s',
    doc: 'The longest a client may take nothing of its reply before it is cut off.',
  },
  keepAlive: {
    kind: 'duration',
    group: 'times',
    live: 'master',
    default: '75s',
    doc: 'How long an idle connection stays open; keep it above the idle time of a proxy in front.',
  },
  maxBody: {
    kind: 'size',
    group: 'requests',
    live: 'master',
    default: '32mb',
    least: '1',
    most: '2gb',
    doc: 'The largest request body; beyond that the answer is 413 BODY_TOO_LARGE.',
  },
  fastPath: {
    kind: 'flag',
    group: 'requests',
    live: 'master',
    default: true,
    doc: 'Whether requests of the plainest form are read straight from the socket; without it node:http reads all, as it reads all others in any case.',
  },
  limitRequestLine: {
    kind: 'size',
    group: 'requests',
    live: 'master',
    default: '4094',
    least: '0',
    most: '8190',
    doc: 'The longest request line in bytes; 0 leaves only the limit of the whole header.',
  },
  limitRequestFields: {
    kind: 'count',
    group: 'requests',
    live: 'master',
    default: 100,
    least: 1,
    most: 32_768,
    doc: 'The most header fields a request may have.',
  },
  limitRequestFieldSize: {
    kind: 'size',
    group: 'requests',
    live: 'master',
    default: '8190',
    least: '0',
    most: '1mb',
    doc: 'The largest header field in bytes; 0 leaves only the limit of the whole header.',
  },
  gracefulTimeout: {
    kind: 'duration',
    group: 'stopping',
    live: 'master',
    default: '30s',
    least: '0ms',
    doc: 'How long a stopping server may go on answering what it has accepted.',
  },
  drainDelay: {
    kind: 'duration',
    group: 'stopping',
    live: 'master',
    default: '0s',
    least: '0ms',
    doc: 'How long a stopping server still accepts connections while it says that it is not ready; a part of the graceful timeout.',
  },
  drainIdle: {
    kind: 'duration',
    group: 'stopping',
    live: 'master',
    default: '2s',
    least: '0ms',
    doc: 'How long a stopping server keeps idle connections open for one more request.',
  },
  restartBackoff: {
    kind: 'duration',
    group: 'restarts',
    live: 'master',
    default: '500ms',
    doc: 'The wait before a worker that died is replaced; it doubles with each further death.',
  },
  restartBackoffMax: {
    kind: 'duration',
    group: 'restarts',
    live: 'master',
    default: '30s',
    doc: 'The longest that wait may grow.',
  },
  stableAfter: {
    kind: 'duration',
    group: 'restarts',
    live: 'master',
    default: '10s',
    least: '0ms',
    doc: 'How long a worker must have been ready for that wait to start small again.',
  },
  giveUpAfter: {
    kind: 'duration',
    group: 'restarts',
    live: 'master',
    default: '1m',
    doc: 'How long no worker at all may be ready before the server exits with code 12.',
  },
  pid: {
    kind: 'path',
    group: 'log',
    doc: 'A file to write the process id of the master to.',
  },
} as const;

export const SETTINGS: typeof REPOSITORY_SETTINGS &
  typeof SERVER_SETTINGS &
  typeof ADDRESS_SETTINGS &
  typeof CLOCK_SETTINGS &
  typeof LOG_SETTINGS &
  typeof RECYCLING_SETTINGS &
  typeof PROCESS_SETTINGS &
  typeof TRUST_SETTINGS = {
  ...REPOSITORY_SETTINGS,
  ...SERVER_SETTINGS,
  ...RECYCLING_SETTINGS,
  ...ADDRESS_SETTINGS,
  ...CLOCK_SETTINGS,
  ...LOG_SETTINGS,
  ...PROCESS_SETTINGS,
  ...TRUST_SETTINGS,
};

// Apart from the table, since isolatedDeclarations knows no `as const satisfies`.
SETTINGS satisfies Record<string, Setting>;

export type SettingKey = keyof typeof SETTINGS;

export const SETTING_KEYS: readonly SettingKey[] = Object.keys(SETTINGS) as SettingKey[];

/**
 * All settings, resolved. Durations are milliseconds (fractions are possible),
 * sizes bytes, paths absolute; `workers` and `threads` are numbers, `auto` already worked out.
 */
export type Settings = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> } & {
  /** What `auto` was worked out from. */
  readonly cpus: Cpus;
  /** `threads` follows from how many workers there are. */
  readonly hasAutoThreads: boolean;
};

/** The entry of one key, whatever its kind. */
export function settingOf(key: SettingKey): Setting {
  return SETTINGS[key];
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

import { closestName } from '../closest-name.js';
import { environmentName } from '../setting.js';
import { SETTING_KEYS, type SettingKey } from '../settings.js';
import { MAX_PORT } from '../values/address.js';
import { type Reading, type Source, valueFault } from './origin.js';
import { SECRET_VARIABLES } from './secrets.js';

/** Variables as the process got them; read nowhere but in config/. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the config file; it is no setting, since a file cannot name itself. */
export const CONFIG_VARIABLE = 'FORKCAST_CONFIG';

/** Holds flags, as GUNICORN_CMD_ARGS does. */
export const ARGUMENTS_VARIABLE = 'FORKCAST_CMD_ARGS';

/** Variables of ours that are no settings. */
const NO_SETTINGS: readonly string[] = [CONFIG_VARIABLE, ARGUMENTS_VARIABLE, ...SECRET_VARIABLES];

const PREFIX = 'FORKCAST_';
const PORT_EXPECTED = `a port from 0 to ${MAX_PORT}`;

const KEY_BY_NAME: ReadonlyMap<string, SettingKey> = new Map(
  SETTING_KEYS.map((key) => [environmentName(key), key]),
);

/**
 * A Kubernetes Service called `forkcast` or `forkcast-…` puts these variables into every pod of
 * its namespace. They are not meant for us, and refusing them would keep such a pod from starting.
 */
const SERVICE_LINK =
  /^FORKCAST_(?:\w+_)?(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;
const SERVICE_URL = /^(?:tcp|udp|sctp):\/\//;

/**
 * Values from `FORKCAST_*`, and below them from `WEB_CONCURRENCY` and `PORT`, which platforms
 * set. An empty variable counts as not set: compose files write `${NAME:-}`.
 */
export function readEnvironment(env: Environment, folder: string): Source {
  const platform = readPlatform(env, folder);
  const readings = [...platform.readings];
  const faults = [...platform.faults];
  for (const [name, text = ''] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || NO_SETTINGS.includes(name) || isServiceLink(name, text)) {
      continue;
    }
    const key = KEY_BY_NAME.get(name);
    if (key === undefined) faults.push(unknownVariable(name));
    else if (text !== '') readings.push(reading(key, text, name, folder));
  }
  return { readings, faults };
}

/** These names are shared with other programs: where ours is set, they are not even looked at. */
function readPlatform(env: Environment, folder: string): Source {
  const readings: Reading[] = [];
  const faults: string[] = [];
  const { WEB_CONCURRENCY: workers, PORT: port } = env;
  if (workers && !env[environmentName('workers')]) {
    readings.push(reading('workers', workers, 'WEB_CONCURRENCY', folder));
  }
  if (port && !env[environmentName('bind')]) {
    if (isPort(port)) readings.push(reading('bind', `0.0.0.0:${port}`, 'PORT', folder));
    else faults.push(valueFault({ from: 'environment', name: 'PORT' }, PORT_EXPECTED, port));
  }
  return { readings, faults };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT;
}

function reading(key: SettingKey, text: string, name: string, folder: string): Reading {
  return { key, text, origin: { from: 'environment', name }, folder };
}

function isServiceLink(name: string, text: string): boolean {
  return SERVICE_LINK.test(name) || (name.endsWith('_PORT') && SERVICE_URL.test(text));
}

function unknownVariable(name: string): string {
  // The prefix is the same in all and would make everything look alike.
  const known = [...KEY_BY_NAME.keys(), ...NO_SETTINGS].map(withoutPrefix);
  const closest = closestName(withoutPrefix(name), known);
  const hint = closest === undefined ? '.' : `; did you mean ${PREFIX}${closest}?`;
  return `environment ${name}: there is no such setting${hint}`;
}

function withoutPrefix(name: string): string {
  return name.slice(PREFIX.length);
}

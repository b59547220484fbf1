/** Faults of the settings that say who may connect and who is believed. */

import type { Configuration } from './configuration.js';
import type { Choices } from './cross-checks.js';
import { flagName } from './setting.js';
import { type SettingKey, settingOf } from './settings.js';
import { describeOrigin, valueFault } from './sources/origin.js';
import { ADMIN_KEYS_VARIABLE, type Secrets } from './sources/secrets.js';
import { expectation } from './value-text.js';
import { type Address, formatAddress, isLoopbackHost } from './values/address.js';
import { readNetwork } from './values/network.js';

export function trustFaults(choices: Choices): string[] {
  return [
    ...needs(choices, 'certfile', 'keyfile', 'a certificate is of no use without its key'),
    ...needs(choices, 'keyfile', 'certfile', 'a key is of no use without its certificate'),
    ...needs(choices, 'caCerts', 'certfile', 'clients show certificates only where TLS is spoken'),
    ...clientCertificateFaults(choices),
    ...itemFaults(choices, 'forwardedAllowIps', isNetwork),
    ...itemFaults(choices, 'corsOrigins', isOrigin),
    ...itemFaults(choices, 'rootPath', isRootPath),
  ];
}

/** Whoever reaches the admin port may take every model away. */
export function publicAdminFaults(
  { settings, origins }: Pick<Configuration, 'settings' | 'origins'>,
  { adminKeys }: Secrets,
): string[] {
  const { adminBind, adminKeyFile } = settings;
  if (adminKeyFile !== undefined || adminKeys !== undefined) return [];
  return [adminBind]
    .flat()
    .filter((address) => address.kind === 'tcp' && !isLoopbackHost(address.host))
    .map(
      (address) => `${publicAdmin(address)} (${describeOrigin(origins.adminBind)}): ${NEEDS_KEY}.`,
    );
}

function publicAdmin(address: Address): string {
  return `adminBind ${formatAddress(address)}`;
}

const NEEDS_KEY = `expected a loopback address or a Unix socket, or keys (--admin-key-file or ${ADMIN_KEYS_VARIABLE}), because others than this machine reach it; for metrics and health alone there is --metrics-bind`;

function isNetwork(text: string): boolean {
  return text === '*' || readNetwork(text) !== undefined;
}

/** Browsers send it in this form and no other. */
function isOrigin(text: string): boolean {
  return text === '*' || /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#,]+$/i.test(text);
}

function isRootPath(text: string): boolean {
  return /^\/[!-~]*$/.test(text) && !/[?#]/.test(text);
}

function itemFaults(
  choices: Choices,
  key: SettingKey,
  isRight: (text: string) => boolean,
): string[] {
  const chosen = choices.get(key);
  const items = chosen === undefined ? [] : [chosen.value].flat().map(String);
  const wrong = items.filter((item) => !isRight(item));
  const expected = expectation(settingOf(key));
  return wrong.map((item) => valueFault(chosen?.origin ?? { from: 'default' }, expected, item));
}

function clientCertificateFaults(choices: Choices): string[] {
  if (choices.get('certReqs')?.value === 'none') return [];
  return needs(choices, 'certReqs', 'caCerts', 'else nobody says whose certificates are good');
}

/** Settings missing in `choices` because they are wrong in themselves are told apart by nobody. */
function needs(choices: Choices, key: SettingKey, other: SettingKey, because: string): string[] {
  const chosen = choices.get(key);
  if (chosen === undefined || choices.has(other)) return [];
  const told = `${key} ${String(chosen.value)} (${describeOrigin(chosen.origin)})`;
  return [`${told}: expected ${other} (--${flagName(other)}) as well, because ${because}.`];
}

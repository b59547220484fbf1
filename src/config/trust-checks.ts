/** Faults of the settings that say who may connect and who is believed. */
import type { Choices } from './cross-checks.js';
import { describeOrigin } from './origin.js';
import { flagName } from './setting.js';
import type { SettingKey } from './settings.js';

export function trustFaults(choices: Choices): string[] {
  return [
    ...needs(choices, 'certfile', 'keyfile', 'a certificate is of no use without its key'),
    ...needs(choices, 'keyfile', 'certfile', 'a key is of no use without its certificate'),
    ...needs(choices, 'caCerts', 'certfile', 'clients show certificates only where TLS is spoken'),
    ...clientCertificateFaults(choices),
  ];
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

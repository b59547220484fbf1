/** Faults of settings that are right one by one and wrong together. */
import { parseAccessLogFormat } from './access-log-format.js';
import { envFaults } from './env-checks.js';
import { reusePortFaults } from './reuse-port.js';
import { type SettingKey, settingOf } from './settings.js';
import { describeOrigin, type Origin } from './sources/origin.js';
import { trustFaults } from './trust-checks.js';
import { addressesOf, formatValue, type Value } from './value-text.js';
import { type Address, collide } from './values/address.js';

/** A value before `auto` and `off` are worked out. */
export type Chosen = { readonly value: Value; readonly origin: Origin };
export type Choices = ReadonlyMap<SettingKey, Chosen>;

type AtMost = {
  readonly small: SettingKey;
  readonly large: SettingKey;
  readonly because: string;
};

const AT_MOST: readonly AtMost[] = [
  { small: 'maxBody', large: 'queueBytes', because: 'a larger body could never be taken' },
  { small: 'restartBackoff', large: 'restartBackoffMax', because: 'the wait only grows' },
  { small: 'headerTimeout', large: 'readTimeout', because: 'the header is part of the request' },
  { small: 'drainDelay', large: 'gracefulTimeout', because: 'it is a part of that' },
];

const LISTENERS = ['bind', 'adminBind', 'metricsBind'] as const satisfies readonly SettingKey[];

/** Settings missing in `choices` are not checked. */
export function crossFaults(choices: Choices): string[] {
  return [
    ...AT_MOST.flatMap((rule) => atMostFaults(choices, rule)),
    ...listenerFaults(choices),
    ...trustFaults(choices),
    ...reusePortFaults(choices, process.versions.node),
    ...accessLogFaults(choices),
    ...envFaults(choices),
  ];
}

function atMostFaults(choices: Choices, { small, large, because }: AtMost): string[] {
  const one = choices.get(small);
  const other = choices.get(large);
  if (typeof one?.value !== 'number' || typeof other?.value !== 'number') return [];
  if (one.value <= other.value) return [];
  return [`${told(small, one)}: expected at most ${told(large, other)}, because ${because}.`];
}

function listenerFaults(choices: Choices): string[] {
  const faults: string[] = [];
  const earlier: { readonly address: Address; readonly told: string }[] = [];
  for (const key of LISTENERS) {
    const chosen = choices.get(key);
    if (chosen === undefined) continue;
    if (key === 'bind' && addressesOf(chosen.value).length === 0) {
      faults.push(`${describeOrigin(chosen.origin)}: expected at least one address; got none.`);
    }
    for (const address of addressesOf(chosen.value)) {
      const one = { address, told: told(key, { ...chosen, value: address }) };
      const other = earlier.find((before) => collide(before.address, address));
      if (other !== undefined) {
        faults.push(`${one.told}: expected another address than ${other.told}.`);
      }
      earlier.push(one);
    }
  }
  return faults;
}

function accessLogFaults(choices: Choices): string[] {
  const chosen = choices.get('accessLogFormat');
  if (typeof chosen?.value !== 'string') return [];
  const { faults } = parseAccessLogFormat(chosen.value);
  return faults.map((fault) => `${describeOrigin(chosen.origin)}: ${fault}.`);
}

/** `maxBody 32mb (default)`. */
function told(key: SettingKey, { value, origin }: Chosen): string {
  return `${key} ${formatValue(settingOf(key), value)} (${describeOrigin(origin)})`;
}

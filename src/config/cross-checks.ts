/** Faults of settings that are right one by one and wrong together. */
import { collide } from './address.js';
import { describeOrigin, type Origin } from './origin.js';
import { type SettingKey, settingOf } from './settings.js';
import { formatValue, type Value } from './value.js';

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
];

const LISTENERS = ['bind', 'adminBind', 'metricsBind'] as const satisfies readonly SettingKey[];

/** Settings missing in `choices` are not checked. */
export function crossFaults(choices: Choices): string[] {
  return [...AT_MOST.flatMap((rule) => atMostFaults(choices, rule)), ...listenerFaults(choices)];
}

function atMostFaults(choices: Choices, { small, large, because }: AtMost): string[] {
  const one = choices.get(small);
  const other = choices.get(large);
  if (one === undefined || other === undefined || one.value <= other.value) return [];
  return [`${told(small, one)}: expected at most ${told(large, other)}, because ${because}.`];
}

function listenerFaults(choices: Choices): string[] {
  const faults: string[] = [];
  for (const [index, key] of LISTENERS.entries()) {
    const other = choices.get(key);
    for (const earlier of LISTENERS.slice(0, index)) {
      const one = choices.get(earlier);
      if (one === undefined || other === undefined) continue;
      if (typeof one.value !== 'object' || typeof other.value !== 'object') continue;
      if (!collide(one.value, other.value)) continue;
      faults.push(`${told(key, other)}: expected another address than ${told(earlier, one)}.`);
    }
  }
  return faults;
}

/** `maxBody 32mb (default)`. */
function told(key: SettingKey, { value, origin }: Chosen): string {
  return `${key} ${formatValue(settingOf(key), value)} (${describeOrigin(origin)})`;
}

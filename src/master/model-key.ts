/**
 * What a request asks for, in one word: `m` is a model in whatever version is its latest, `m/2` a
 * version of it, `m:stable` a label. No name has a slash or a colon in it.
 */
import type { ModelDescription } from '../model/description.js';

export type Asked = {
  readonly name: string;
  readonly version?: string;
  readonly label?: string;
};

export function keyOf({ name, version, label }: Asked): string {
  if (version !== undefined) return `${name}/${version}`;
  return label === undefined ? name : `${name}:${label}`;
}

export function askedBy(key: string): Asked {
  const [name = '', version] = key.split('/');
  if (version !== undefined) return { name, version };
  const [plain = '', label] = name.split(':');
  return label === undefined ? { name: plain } : { name: plain, label };
}

/** All that can be asked of who holds these. */
export function keysOf(models: readonly ModelDescription[]): Set<string> {
  const keys = new Set<string>();
  for (const { name, version, labels } of models) {
    keys.add(name).add(keyOf({ name, version }));
    for (const label of labels) keys.add(keyOf({ name, label }));
  }
  return keys;
}

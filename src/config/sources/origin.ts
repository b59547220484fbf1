import type { SettingKey } from '../settings.js';

/** Where a value came from. */
export type Origin =
  | { readonly from: 'default' }
  | { readonly from: 'file'; readonly path: string; readonly key: string }
  | { readonly from: 'environment'; readonly name: string }
  /** As it was written: `--bind`, `-b`, or `PATH` for the argument that is no flag. */
  | { readonly from: 'flag'; readonly name: string };

/** One value as its source gave it: a text not yet parsed. */
export type Reading = {
  readonly key: SettingKey;
  readonly text: string;
  readonly origin: Origin;
  /** Relative paths in the value start here. */
  readonly folder: string;
};

/** What one source said, and what was wrong with it. */
export type Source = { readonly readings: readonly Reading[]; readonly faults: readonly string[] };

/** How faults and `--print-config` name an origin. */
export function describeOrigin(origin: Origin): string {
  switch (origin.from) {
    case 'default':
      return 'default';
    case 'file':
      return `config file ${origin.path}: ${origin.key}`;
    case 'environment':
      return `environment ${origin.name}`;
    case 'flag':
      return origin.name.startsWith('-') ? `flag ${origin.name}` : `argument ${origin.name}`;
  }
}

/** The one form of a fault of one value; `got` is a text or a value of JSON. */
export function valueFault(origin: Origin, expected: string, got: unknown): string {
  return `${describeOrigin(origin)}: expected ${expected}; got ${JSON.stringify(got)}.`;
}

/** Which versions of a model are served, and what their labels are. Pure. */
import { VERSION_PATTERN, type VersionPolicy } from '../settings/version-forms.js';

/** What is served where `forkcast.json` has no `versions`. */
const DEFAULT_POLICY: VersionPolicy = { latest: 1 };

/** Digits without leading zeros: `1`, `20240131`. */
export function isVersion(name: string): boolean {
  return VERSION_PATTERN.test(name);
}

/** By number, exactly, also beyond 2^53. */
export function compareVersions(one: string, other: string): number {
  const difference = BigInt(one) - BigInt(other);
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** Models by name, and of one name by version: for sorting. */
export function byNameAndVersion(one: Versioned, other: Versioned): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1;
  return compareVersions(one.version, other.version);
}

type Versioned = { readonly name: string; readonly version: string };

export type Served = {
  /** Ascending; the last one is the latest. */
  readonly versions: readonly string[];
  readonly faults: readonly string[];
};

/** @param present the versions that are there, in any order */
export function servedVersions(
  present: readonly string[],
  policy: VersionPolicy = DEFAULT_POLICY,
): Served {
  const versions = present.toSorted(compareVersions);
  if (policy === 'all') return { versions, faults: [] };
  if ('latest' in policy) return { versions: versions.slice(-policy.latest), faults: [] };
  const missing = [...new Set(policy)].filter((version) => !present.includes(version));
  const there = versions.join(', ');
  return {
    versions: versions.filter((version) => policy.includes(version)),
    faults: missing.map(
      (version) => `versions: there is no version ${version}; expected some of: ${there}.`,
    ),
  };
}

export type Labelled = {
  readonly labelsOf: (version: string) => readonly string[];
  readonly faults: readonly string[];
};

/** @param labels label → version, as `forkcast.json` has them */
export function labelVersions(
  labels: Readonly<Record<string, string>> = {},
  served: readonly string[],
  present: readonly string[],
): Labelled {
  const faults = Object.entries(labels).flatMap(([label, version]) => {
    if (served.includes(version)) return [];
    const why = present.includes(version)
      ? `version ${version} is there but not served ("versions" chooses ${served.join(', ')})`
      : `there is no version ${version}; expected one of: ${served.join(', ')}`;
    return [`labels.${label}: ${why}.`];
  });
  const labelsOf = (version: string): readonly string[] =>
    Object.keys(labels).filter((label) => labels[label] === version);
  return { labelsOf, faults };
}

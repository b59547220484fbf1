/** `versions` and `labels` of `forkcast.json`. */
import { isObject } from '../../config/json-object.js';
import { choice, count, either, type Form, listOf, mapOf, record, simple, text } from './form.js';

/** Which of the versions that are there are served. */
export type VersionPolicy = { readonly latest: number } | 'all' | readonly string[];

export const VERSION_PATTERN: RegExp = /^(0|[1-9]\d{0,18})$/;
const MOST_LATEST = 1000;

/** Numbers are what most will write; beyond 2^53 only digits in quotes are exact. */
const version: Form<string> = simple(
  'a version: a whole number without leading zeros, in quotes from 2^53 on',
  {
    anyOf: [
      { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: VERSION_PATTERN.source },
    ],
  },
  (value) => {
    if (typeof value === 'number') {
      return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
    }
    return typeof value === 'string' && VERSION_PATTERN.test(value) ? value : undefined;
  },
);

const latest: Form<{ readonly latest: number }> = record<{ latest: number }>(
  { latest: count(1, MOST_LATEST) },
  '{"latest": N}',
  ['latest'],
);

const POLICY = '{"latest": N}, "all", or a list of versions such as ["1", "3"]';

export const versionPolicy: Form<VersionPolicy> = either<VersionPolicy>(POLICY, [
  { fits: isObject, form: latest },
  { fits: (value) => value === 'all', form: choice(['all'] as const) },
  { fits: Array.isArray, form: listOf(version, 'a list of at least one version') },
]);

/** Digits alone would be taken for a version. */
const label: Form<string> = text(
  'a label: 1 to 128 letters, digits, dots, underscores or dashes, not digits alone',
  /^(?![0-9]+$)[A-Za-z0-9._-]{1,128}$/,
);

export const labels: Form<Readonly<Record<string, string>>> = mapOf(
  label,
  version,
  'labels and the versions they mean, such as {"stable": 1, "canary": 2}',
);

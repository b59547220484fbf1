/** The kinds of settings that the table knows, and what a value of each may be. */

import { isObject } from '../../config/json-object.js';
import { OFF } from '../../config/setting.js';
import { parseDuration } from '../../config/values/duration.js';
import { NO_LIMIT } from '../description.js';
import type { Warmup, WarmupBody } from '../model.js';
import { RUNTIMES, type RuntimeName } from '../runtime-name.js';
import { WEIGHTS_CHOICES, type WeightsChoice } from '../weights.js';
import { choice, count, either, type Form, flag, listOf, simple, text } from './form.js';
import { checkPipeline, PIPELINE_SCHEMA, type Pipeline } from './pipeline-form.js';
import { inputOverrides, outputOverrides, type TensorOverrides } from './tensor-forms.js';
import { labels, type VersionPolicy, versionPolicy } from './version-forms.js';

export type Bounds = { readonly least: number; readonly most: number };

/** What a setting of each kind is, as the code uses it. */
export type SettingValues = {
  readonly runtime: RuntimeName;
  readonly weights: WeightsChoice;
  readonly file: string;
  readonly versions: VersionPolicy;
  /** Label → version. */
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds; NO_LIMIT: off. */
  readonly durationOrOff: number;
  readonly flag: boolean;
  /** Ascending. */
  readonly batchSizes: readonly number[];
  readonly warmup: Warmup;
  readonly inputs: TensorOverrides;
  readonly outputs: TensorOverrides;
  readonly options: Readonly<Record<string, unknown>>;
  readonly pipeline: Pipeline;
};

export type SettingKind = keyof SettingValues;

const LONGEST_MS = 24 * 3_600_000;
const DURATION = 'a duration such as "250ms", "30s" or a number of seconds, from 1ms to 24h';

const TIME_SCHEMA = {
  anyOf: [
    { type: 'number', minimum: 0.001, maximum: LONGEST_MS / 1000 },
    { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?|\\.[0-9]+)([mM]?[sS]|[mMhH])?$' },
  ],
};

function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const ms = parseDuration(String(value));
  return ms !== undefined && ms >= 1 && ms <= LONGEST_MS ? ms : undefined;
}

const duration: Form<number> = simple(DURATION, TIME_SCHEMA, timeOf);

const durationOrOff: Form<number> = simple(
  `${DURATION}, or "${OFF}"`,
  { anyOf: [...TIME_SCHEMA.anyOf, { enum: [OFF, 0] }] },
  (value) => (value === OFF || value === 0 || value === '0' ? NO_LIMIT : timeOf(value)),
);

const MOST_ROWS = 65_536;
const MOST_SIZES = 64;

const batchSizes: Form<readonly number[]> = simple(
  `a list of 1 to ${MOST_SIZES} different whole numbers from 1 to ${MOST_ROWS}, such as [1, 8, 32]`,
  {
    type: 'array',
    minItems: 1,
    maxItems: MOST_SIZES,
    uniqueItems: true,
    items: { type: 'integer', minimum: 1, maximum: MOST_ROWS },
  },
  (value) =>
    Array.isArray(value) && areSizes(value) ? value.toSorted((a, b) => a - b) : undefined,
);

function areSizes(values: readonly unknown[]): values is readonly number[] {
  const isSize = (size: unknown): boolean =>
    Number.isInteger(size) && Number(size) >= 1 && Number(size) <= MOST_ROWS;
  const isCountRight = values.length >= 1 && values.length <= MOST_SIZES;
  return isCountRight && values.every(isSize) && new Set(values).size === values.length;
}

const file: Form<string> = text(
  'a path below the folder of forkcast.json, such as "export/model.onnx"',
  /^(?!\/)(?!(.*\/)?\.\.?(\/|$))[ -[\]-~\u0080-\uffff]{1,1024}$/,
);

const body: Form<WarmupBody> = simple(
  'a request body such as {"instances": [...]}',
  { type: 'object', anyOf: [{ required: ['instances'] }, { required: ['inputs'] }] },
  (value) =>
    isObject(value) && (Object.hasOwn(value, 'instances') || Object.hasOwn(value, 'inputs'))
      ? value
      : undefined,
);

const warmup: Form<Warmup> = either<Warmup>(
  'false, an example such as {"instances": [...]}, or a list of examples',
  [
    { fits: (value) => value === false, form: simple('false', { const: false }, () => false) },
    { fits: Array.isArray, form: listOf(body, 'a list of at least one example') },
    { fits: isObject, form: body },
  ],
);

const options: Form<Readonly<Record<string, unknown>>> = simple(
  'an object of options for the runtime',
  { type: 'object' },
  (value) => (isObject(value) ? value : undefined),
);

const pipeline: Form<Pipeline> = {
  expected:
    'a list of steps such as ["scale", "digits"], or {"steps": [...], "inputs"?, "outputs"?}',
  schema: PIPELINE_SCHEMA,
  read(value, _at, faults) {
    const reading = checkPipeline(value);
    faults.push(...reading.faults);
    return reading.pipeline;
  },
};

const FORMS: { readonly [K in SettingKind]: (bounds: Bounds) => Form<SettingValues[K]> } = {
  runtime: () => choice(RUNTIMES),
  weights: () => choice(WEIGHTS_CHOICES),
  file: () => file,
  versions: () => versionPolicy,
  labels: () => labels,
  count: ({ least, most }) => count(least, most),
  duration: () => duration,
  durationOrOff: () => durationOrOff,
  flag: () => flag,
  batchSizes: () => batchSizes,
  warmup: () => warmup,
  inputs: () => inputOverrides,
  outputs: () => outputOverrides,
  options: () => options,
  pipeline: () => pipeline,
};

/** @param bounds matter to counts only */
export function formOf<K extends SettingKind>(kind: K, bounds: Bounds): Form<SettingValues[K]> {
  return FORMS[kind](bounds);
}

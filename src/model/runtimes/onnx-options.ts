/** What `options` of an ONNX model in `forkcast.json` may say to ONNX Runtime. */

import type { InferenceSession } from 'onnxruntime-node';
import { closestName } from '../../config/closest-name.js';
import { isObject } from '../../config/json-object.js';
import type { LoadOptions } from '../load-model.js';
import { described } from '../tensor/place.js';

type SessionOptions = InferenceSession.SessionOptions;
type Options = Readonly<Record<string, unknown>>;

/** What a value must be, and what then follows "expected". */
type Form = { readonly expected: string; fits(value: unknown): boolean };

const FORMS: Readonly<Record<string, Form>> = {
  graphOptimizationLevel: oneOf('disabled', 'basic', 'extended', 'layout', 'all'),
  executionMode: oneOf('sequential', 'parallel'),
  interOpNumThreads: { expected: 'a whole number from 1 to 1024', fits: isThreads },
  enableCpuMemArena: { expected: 'true or false', fits: isBoolean },
  enableMemPattern: { expected: 'true or false', fits: isBoolean },
  freeDimensionOverrides: {
    expected: 'an object with a whole number from 1 on for each name of a dimension',
    fits: (value) => isObject(value) && Object.values(value).every(isSize),
  },
  executionProviders: {
    expected: '["cpu"], the only provider there is',
    fits: (value) => Array.isArray(value) && value.length === 1 && value[0] === 'cpu',
  },
  extra: {
    expected:
      'an object of session configuration entries, such as {"session": {"disable_prepacking": "1"}}',
    fits: isEntries,
  },
};

/** @throws Error with every fault there is */
export function sessionOptions(
  options: Options = {},
  { threads, cpuShare = Number.POSITIVE_INFINITY }: Pick<LoadOptions, 'threads' | 'cpuShare'>,
): SessionOptions {
  const faults = Object.entries(options).flatMap(([key, value]) => faultOf(key, value));
  if (faults.length > 0) throw new Error(faults.join('; '));
  const { interOpNumThreads = 1 } = options;
  const allThreads = threads + Number(interOpNumThreads) - 1;
  // The master has to find a CPU, too.
  const isCrowded = allThreads > 1 && allThreads >= cpuShare;
  return {
    interOpNumThreads: 1,
    executionMode: 'sequential',
    ...options,
    ...(isCrowded ? { extra: withEntries(NO_SPINNING, options.extra) } : {}),
    intraOpNumThreads: threads,
    // Its lines on stderr would break the JSON log, and its errors come as exceptions as well.
    logSeverityLevel: 4,
  };
}

/**
 * So that the runtime computes with weights where they are mapped: it would else copy them into a
 * layout of its own, which is faster and is each process's own memory. What the operator says holds.
 */
export function mappingOptions(options: SessionOptions): SessionOptions {
  const extra = withEntries({ 'session.disable_prepacking': '1' }, options.extra);
  return { graphOptimizationLevel: 'extended', ...options, extra };
}

/**
 * Threads of ONNX Runtime wait for their next piece in a busy loop, for a while. Where they have all
 * CPUs or more, they wait on one that those need which have work: two workers of two threads on two
 * CPUs had a third of the throughput, and one that was mostly idle burnt a CPU.
 */
const NO_SPINNING: Options = {
  'session.intra_op.allow_spinning': '0',
  'session.inter_op.allow_spinning': '0',
};

/**
 * What the operator says holds, be it as objects in objects or as a key with dots: of a key that
 * comes twice the runtime complains on stderr.
 */
function withEntries(entries: Options, extra: unknown): Options {
  const said = isObject(extra) ? extra : {};
  const keys = new Set(dottedKeys(said));
  const unsaid = Object.entries(entries).filter(([key]) => !keys.has(key));
  return { ...Object.fromEntries(unsaid), ...said };
}

function dottedKeys(entries: Options): string[] {
  return Object.entries(entries).flatMap(([key, value]) =>
    isObject(value) ? dottedKeys(value).map((inner) => `${key}.${inner}`) : [key],
  );
}

function faultOf(key: string, value: unknown): string[] {
  const form = Object.hasOwn(FORMS, key) ? FORMS[key] : undefined;
  if (form?.fits(value)) return [];
  const at = `options.${key}`;
  if (key === 'intraOpNumThreads') return [`${at}: set "threads" of the model instead`];
  if (form !== undefined) return [`${at}: expected ${form.expected}, got ${described(value)}`];
  return [`options: unknown key ${JSON.stringify(key)}${near(key)}`];
}

function near(key: string): string {
  const closest = closestName(key, Object.keys(FORMS));
  return closest === undefined ? '' : `; did you mean ${closest}?`;
}

function oneOf(...values: readonly string[]): Form {
  const expected = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return { expected, fits: (value) => values.includes(value as string) };
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isThreads(value: unknown): boolean {
  return isSize(value) && Number(value) <= 1024;
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** Objects of objects, down to texts. */
function isEntries(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every((inner) => typeof inner === 'string' || isEntries(inner));
}

/** What `options` of an ONNX model in `forkcast.json` may say to ONNX Runtime. */

import type { InferenceSession } from 'onnxruntime-node';
import { closestName } from '../../config/closest-name.js';
import { isObject } from '../../config/json-object.js';
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
export function sessionOptions(options: Options = {}, threads: number): SessionOptions {
  const faults = Object.entries(options).flatMap(([key, value]) => faultOf(key, value));
  if (faults.length > 0) throw new Error(faults.join('; '));
  return {
    interOpNumThreads: 1,
    executionMode: 'sequential',
    ...options,
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
  const { session, ...others } = (options.extra ?? {}) as { session?: object };
  return {
    graphOptimizationLevel: 'extended',
    ...options,
    extra: { ...others, session: { disable_prepacking: '1', ...session } },
  };
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

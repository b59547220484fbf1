/** What a value of `forkcast.json` may be: its check, its words and its JSON Schema in one. */

import { didYouMean } from '../../config/closest-name.js';
import { isObject } from '../../config/json-object.js';

export type Schema = Readonly<Record<string, unknown>>;

export type Form<T> = {
  /** Follows "expected" in faults and in the documentation. */
  readonly expected: string;
  readonly schema: Schema;
  /**
   * The value as the code uses it. `undefined` where it does not fit: `faults` then has a sentence
   * that begins with `at`, such as `inputs.pixels.dtype`.
   */
  read(value: unknown, at: string, faults: string[]): T | undefined;
};

const LONGEST_SHOWN = 80;
/** Who makes so many has not written settings, and the server does not stand still to count them. */
export const MOST_FAULTS = 20;

/** A form of one piece: `take` gives the value, or `undefined` where it does not fit. */
export function simple<T>(
  expected: string,
  schema: Schema,
  take: (value: unknown) => T | undefined,
): Form<T> {
  const read = (value: unknown, at: string, faults: string[]): T | undefined => {
    const taken = take(value);
    if (taken === undefined) faults.push(misfit(at, expected, value));
    return taken;
  };
  return { expected, schema, read };
}

function misfit(at: string, expected: string, got: unknown): string {
  return `${at}: expected ${expected}, got ${shown(got)}.`;
}

/** A JSON value as it was written, so far as it fits into a sentence. */
export function shown(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value));
}

function cut(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

export const flag: Form<boolean> = simple('true or false', { type: 'boolean' }, (value) =>
  typeof value === 'boolean' ? value : undefined,
);

export function count(least: number, most: number): Form<number> {
  const schema = { type: 'integer', minimum: least, maximum: most };
  return simple(`a whole number from ${least} to ${most}`, schema, (value) =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : undefined,
  );
}

/** A text that matches; the pattern must mean the same with and without the flag `u`. */
export function text(expected: string, pattern: RegExp): Form<string> {
  return simple(expected, { type: 'string', pattern: pattern.source }, (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined,
  );
}

export function choice<T extends string>(choices: readonly T[]): Form<T> {
  return simple(`one of ${choices.join(', ')}`, { enum: choices }, (value) =>
    choices.find((one) => one === value),
  );
}

/** At least one item. */
export function listOf<T>(item: Form<T>, expected: string): Form<readonly T[]> {
  const read = (value: unknown, at: string, faults: string[]): readonly T[] | undefined => {
    if (!Array.isArray(value) || value.length === 0) {
      faults.push(misfit(at, expected, value));
      return undefined;
    }
    const items: T[] = [];
    for (const [index, one] of value.entries()) {
      if (faults.length >= MOST_FAULTS) break;
      const taken = item.read(one, `${at}[${index}]`, faults);
      if (taken !== undefined) items.push(taken);
    }
    return items.length === value.length ? items : undefined;
  };
  return { expected, schema: { type: 'array', minItems: 1, items: item.schema }, read };
}

/** An object with names of the user's own. `names` also says what a name may be. */
export function mapOf<T>(
  names: Form<string>,
  item: Form<T>,
  expected: string,
): Form<Readonly<Record<string, T>>> {
  const read = (value: unknown, at: string, faults: string[]) => {
    if (!isObject(value)) {
      faults.push(misfit(at, expected, value));
      return undefined;
    }
    const entries = Object.entries(value);
    const good: (readonly [string, T])[] = [];
    for (const [name, one] of entries) {
      if (faults.length >= MOST_FAULTS) break;
      const isNamed = names.read(name, `${at}: a name`, faults) !== undefined;
      const taken = item.read(one, `${at}.${cut(name)}`, faults);
      if (isNamed && taken !== undefined) good.push([name, taken]);
    }
    return good.length === entries.length ? Object.fromEntries(good) : undefined;
  };
  const schema = {
    type: 'object',
    propertyNames: names.schema,
    additionalProperties: item.schema,
  };
  return { expected, schema, read };
}

/** An object with keys of ours. */
export function record<T extends object>(
  fields: { readonly [K in keyof T & string]-?: Form<Exclude<T[K], undefined>> },
  expected: string,
  required: readonly (keyof T & string)[] = [],
): Form<T> {
  const forms: Readonly<Record<string, Form<unknown>>> = fields;
  const keys = Object.keys(forms);
  const read = (value: unknown, at: string, faults: string[]): T | undefined => {
    if (!isObject(value) || required.some((key) => !Object.hasOwn(value, key))) {
      faults.push(misfit(at, expected, value));
      return undefined;
    }
    const taken: Record<string, unknown> = {};
    const before = faults.length;
    for (const [key, one] of Object.entries(value)) {
      if (faults.length >= MOST_FAULTS) break;
      const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
      if (form === undefined) {
        faults.push(`${at}: unknown setting ${shown(key)}${didYouMean(key, keys)}`);
      } else taken[key] = form.read(one, `${at}.${key}`, faults);
    }
    // Each field was read by the form of its own key; the compiler cannot follow that.
    return faults.length === before ? (taken as T) : undefined;
  };
  const properties = Object.fromEntries(keys.map((key) => [key, forms[key]?.schema]));
  const needs = required.length === 0 ? {} : { required };
  const schema = { type: 'object', additionalProperties: false, ...needs, properties };
  return { expected, schema, read };
}

/** The first form whose `fits` takes the value reads it; `expected` is told where none does. */
export function either<T>(
  expected: string,
  forms: readonly { readonly fits: (value: unknown) => boolean; readonly form: Form<T> }[],
): Form<T> {
  const read = (value: unknown, at: string, faults: string[]): T | undefined => {
    const fitting = forms.find(({ fits }) => fits(value));
    if (fitting !== undefined) return fitting.form.read(value, at, faults);
    faults.push(misfit(at, expected, value));
    return undefined;
  };
  return { expected, schema: { anyOf: forms.map(({ form }) => form.schema) }, read };
}

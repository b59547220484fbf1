/** What a value of `forkcast.json` may be: its check, its words and its JSON Schema in one. */
import { didYouMean } from '../../config/closest-name.js';

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

type JsonObject = Readonly<Record<string, unknown>>;

const LONGEST_SHOWN = 80;

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
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
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
    const items = value.map((one, index) => item.read(one, `${at}[${index}]`, faults));
    return items.every((one) => one !== undefined) ? items : undefined;
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
    const entries = Object.entries(value).map(([name, one]) => {
      const isNamed = names.read(name, `${at}: a name`, faults) !== undefined;
      const taken = item.read(one, `${at}.${name}`, faults);
      return isNamed && taken !== undefined ? ([name, taken] as const) : undefined;
    });
    if (!entries.every((entry) => entry !== undefined)) return undefined;
    return Object.fromEntries(entries) as Readonly<Record<string, T>>;
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
      const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
      if (form === undefined) {
        faults.push(`${at}: unknown setting ${JSON.stringify(key)}${didYouMean(key, keys)}`);
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

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a parsed file says, taken out with checks; faults name the place. */
import { described } from '../tensor/place.js';

type Numbers = ArrayLike<number>;

/** An object of the file. Keys that nobody asks for are not looked at. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  /** Such as `learner.objective`; '' for the file itself. */
  readonly #place: string;

  /** @throws Error where `value` is no object */
  constructor(value: unknown, place = '') {
    if (typeof value !== 'object' || value === null || isList(value)) {
      throw new Error(`${place || 'the file'}: expected an object, got ${said(value)}`);
    }
    this.#values = value as Readonly<Record<string, unknown>>;
    this.#place = place;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#values, key);
  }

  fields(key: string): Fields {
    return new Fields(this.#value(key), this.#at(key));
  }

  text(key: string): string {
    const value = this.#value(key);
    if (typeof value === 'string') return value;
    throw this.fault(key, `expected a text, got ${said(value)}`);
  }

  /** A whole number from `least` on; XGBoost writes its parameters as texts. */
  count(key: string, least: number): number {
    const value = this.#value(key);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least)
      return number;
    throw this.fault(key, `expected a whole number from ${least} on, got ${said(value)}`);
  }

  list(key: string): readonly unknown[] {
    const value = this.#value(key);
    if (Array.isArray(value)) return value;
    throw this.fault(key, `expected a list, got ${said(value)}`);
  }

  /** Booleans count as 0 and 1, `null` as NaN. */
  numbers(key: string, length?: number): Numbers {
    const value = this.#value(key);
    if (!isList(value)) throw this.fault(key, `expected a list of numbers, got ${said(value)}`);
    const numbers = Array.isArray(value) ? this.#checked(key, value) : (value as Numbers);
    if (length !== undefined && numbers.length !== length) {
      throw this.fault(key, `expected ${length} numbers, got ${numbers.length}`);
    }
    return numbers;
  }

  /** `problem` at the value of `key`. */
  fault(key: string, problem: string): Error {
    return new Error(`${this.#at(key)}: ${problem}`);
  }

  #checked(key: string, values: readonly unknown[]): readonly number[] {
    if (values.every((value) => typeof value === 'number')) return values;
    return values.map((value, index) => {
      if (typeof value === 'number') return value;
      if (typeof value === 'boolean') return value ? 1 : 0;
      if (value === null) return Number.NaN;
      throw this.fault(`${key}[${index}]`, `expected a number, got ${said(value)}`);
    });
  }

  #value(key: string): unknown {
    if (this.has(key)) return this.#values[key];
    throw new Error(`${this.#at(key)} is missing`);
  }

  #at(key: string): string {
    return this.#place === '' ? key : `${this.#place}.${key}`;
  }
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function said(value: unknown): string {
  return ArrayBuffer.isView(value) ? 'an array of numbers' : described(value);
}

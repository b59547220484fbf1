import { expect, test } from 'vitest';
import { jsonBytes } from '../../../src/worker/json-bytes.js';
import { Chance } from '../queue/chance.js';

/** The same numbers each time. */
function numbers(length: number): number[] {
  return Array.from({ length }, (_, at) => Math.fround(Math.sin(at) * 10 ** ((at % 40) - 20)));
}

function textOf(value: unknown): string {
  return jsonBytes('<', value, '>', 1).toString();
}

test.each([
  ['few values', [1, 'a', null]],
  ['no array', { a: numbers(2000) }],
  ['nothing that JSON has', undefined],
  ['one long array', numbers(1537)],
  ['exactly one part', numbers(512)],
  ['a long array in an array', [numbers(3000)]],
  ['long arrays between short values', [1, numbers(600), 'x', numbers(700), [2], numbers(513)]],
  ['many short rows', Array.from({ length: 900 }, (_, at) => numbers(at % 7))],
  ['rows of objects', Array.from({ length: 900 }, (_, at) => ({ at, scores: numbers(5) }))],
  ['one row after the other that is as long as a part', [numbers(511), numbers(512), numbers(1)]],
  ['deep ones', [[[[numbers(2000)]]], [[]], [[numbers(600), []]]]],
  ['texts of more than one byte a letter', numbers(2000).map((each) => `ä😀${each}`)],
  ['a lonely surrogate', new Array<string>(2000).fill('\ud800')],
  ['not only numbers', numbers(2000).map((each, at) => (at % 3 === 0 ? Number.NaN : each))],
  ['what JSON leaves out', numbers(2000).map((each, at) => (at % 5 === 0 ? undefined : each))],
  ['dates', Array.from({ length: 600 }, (_, at) => new Date(at))],
])('%s: as JSON.stringify writes it', (_, value) => {
  expect(textOf(value)).toBe(`<${JSON.stringify(value) ?? 'null'}>`);
});

test('holes are null', () => {
  const holes = numbers(2000);
  delete holes[3];
  delete holes[1999];
  expect(textOf(holes)).toBe(`<${JSON.stringify(holes)}>`);
});

test('an array that says itself what it is in JSON is asked', () => {
  const array = Object.assign(numbers(2000), { toJSON: () => 'mine' });
  expect(textOf([array, 1])).toBe('<["mine",1]>');
});

test('what JSON cannot hold throws', () => {
  const values: unknown[] = numbers(2000);
  values.push(1n);
  expect(() => textOf(values)).toThrow(TypeError);
});

/** What was written, or the kind of error. */
function outcome(write: () => string): string {
  try {
    return write();
  } catch (error) {
    return `${(error as Error).constructor.name}: ${(error as Error).message.split('\n', 1)[0]}`;
  }
}

class Rows extends Array<unknown> {}

/** Says where it lies. */
const KEYED = { toJSON: (key: string) => ({ at: key, type: typeof key }) };

function leaf(chance: Chance): unknown {
  const kind = chance.below(16);
  if (kind < 7) return chance.next() * 10 ** (chance.below(40) - 20);
  return [
    null,
    true,
    'a "text"\u2028😀\ud800',
    undefined,
    Symbol('s'),
    KEYED,
    new Date(chance.below(2 ** 40)),
    Object.assign(() => 1, chance.happens(0.5) ? KEYED : {}),
    new Date(Number.NaN),
  ][kind - 7];
}

/** Mostly arrays, of which some are as long as several parts. */
function randomValue(chance: Chance, depth: number): unknown {
  if (depth === 0 || chance.happens(0.3)) return leaf(chance);
  const length = chance.happens(0.2) ? 400 + chance.below(1300) : chance.below(5);
  const elements = Array.from({ length }, (_, at) =>
    randomValue(chance, at % 100 === 7 ? depth - 1 : length > 5 ? 0 : depth - 1),
  );
  if (chance.happens(0.05)) delete elements[chance.below(length)];
  if (chance.happens(0.05)) elements.push(chance.happens(0.3) ? 1n : [KEYED, numbers(600)]);
  if (chance.happens(0.05)) return Rows.from(elements);
  if (chance.happens(0.05)) return Object.assign(elements, KEYED);
  return chance.happens(0.15) ? { elements, toJSON: undefined } : elements;
}

test('whatever it is: as JSON.stringify writes it, told the same keys, and the same errors', () => {
  const chance = new Chance(11);
  let errors = 0;
  for (let n = 0; n < 50; n += 1) {
    const value = [randomValue(chance, 3), randomValue(chance, 3), numbers(chance.below(700))];
    const expected = outcome(() => JSON.stringify(value));
    if (expected.startsWith('TypeError')) errors += 1;
    const written = outcome(() => jsonBytes('', value, '', 1).toString());
    expect(written === expected, `value ${n}`).toBe(true);
  }
  expect(errors).toBeGreaterThan(0);
});

test('a bigint that says what it is in JSON is told where it lies', () => {
  const values: unknown[] = [...numbers(1000), 7n];
  const prototype = BigInt.prototype as { toJSON?: unknown };
  prototype.toJSON = (key: string) => `at ${key}`;
  try {
    expect(textOf(values)).toBe(`<${JSON.stringify(values)}>`);
    expect(textOf(values)).toContain('"at 1000"');
  } finally {
    delete prototype.toJSON;
  }
});

test('what shortens its array while it is written leaves null behind', () => {
  const shortened = (): unknown[] => {
    const array: unknown[] = numbers(1500);
    array[600] = { toJSON: () => (array.length = 700) };
    return array;
  };
  expect(textOf(shortened())).toBe(`<${JSON.stringify(shortened())}>`);
});

test('arrays in arrays, nearly as deep as JSON.stringify takes them', () => {
  const deep = (depth: number): unknown => {
    let value: unknown = numbers(600);
    for (let n = 0; n < depth; n += 1) value = [value];
    return value;
  };
  const takes = (depth: number): boolean =>
    outcome(() => JSON.stringify(deep(depth))).startsWith('[');
  let depth = 100;
  while (depth < 20_000 && takes(1.1 * depth)) depth *= 1.1;
  expect(textOf(deep(0.95 * depth))).toBe(`<${JSON.stringify(deep(0.95 * depth))}>`);
});

test('a circle is told as one', () => {
  const circle: unknown[] = numbers(600);
  circle.push([circle]);
  expect(() => textOf(circle)).toThrow(/circular structure/);
});

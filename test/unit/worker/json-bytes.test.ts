import { expect, test } from 'vitest';
import { jsonBytes } from '../../../src/worker/json-bytes.js';

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

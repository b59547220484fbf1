import { describe, expect, test } from 'vitest';
import { withExactIntegers } from '../../../../src/worker/body/exact-integers.js';
import { parseJsonBody } from '../../../../src/worker/body/json-body.js';

function read(text: string): unknown {
  return withExactIntegers(text, JSON.parse(text));
}

describe('exact', () => {
  test.each([
    ['[9007199254740993]', [9007199254740993n]],
    ['[-9223372036854775808, 1]', [-9223372036854775808n, 1]],
    ['18446744073709551615', 18446744073709551615n],
    [
      '{"a":{"b":[[1,18446744073709551615]]},"c":9007199254740993}',
      { a: { b: [[1, 18446744073709551615n]] }, c: 9007199254740993n },
    ],
    ['[1,\n9007199254740993\t]', [1, 9007199254740993n]],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual(value);
  });
});

describe('as JSON.parse reads it', () => {
  test.each([
    '[1, 2.5, "a", null, true, {}]',
    '[0.12345678901234567, 12345678901234567.5, 12345678901234567e3, 1e+17, 1e-17]',
    '[1234567890123456, -9007199254740991]',
    '["12345678901234567", "a\\"12345678901234567", "\\\\", "\\u0022 9007199254740993"]',
    '{"12345678901234567": "x", "\\"": 1234567890123456}',
    `[${'9'.repeat(21)}]`,
  ])('%s', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });
});

test('a random body is what JSON.parse makes of it, but for its long whole numbers', () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const pieces = [
    '9007199254740993',
    '-9007199254740993',
    '1.2345678901234567',
    '"9007199254740993"',
  ];
  const value = (depth: number): string => {
    const kind = random(depth > 4 ? 4 : 7);
    if (kind < 4) return pieces[kind] ?? '';
    const inner = Array.from({ length: random(4) }, () => value(depth + 1));
    return kind < 6 ? `[${inner.join(', ')}]` : `{${inner.map((of, i) => `"${i}\\\\":${of}`)}}`;
  };
  for (let round = 0; round < 300; round++) {
    const text = value(0);
    const asText = JSON.stringify(read(text), (_key, of) =>
      typeof of === 'bigint' ? `${of}n` : of,
    );
    const expected = text.replace(/(?<!")-?9007199254740993(?!")/g, (digits) => `"${digits}n"`);
    expect(asText).toBe(JSON.stringify(JSON.parse(expected)));
  }
});

test('a body with a byte order mark, of a model that takes wide integers or not', () => {
  const body = Buffer.from('\uFEFF[9007199254740993]');
  expect(parseJsonBody(body, true)).toEqual([9007199254740993n]);
  expect(parseJsonBody(body)).toEqual([9007199254740992]);
});

import { describe, expect, test } from 'vitest';
import { readUbjson } from '../../../../../src/model/trees/xgboost/ubjson.js';

/** Letters are markers, numbers are bytes. */
function bytes(...parts: readonly (string | number)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.of(part))),
  );
}

/** A length as XGBoost writes it: 64 bits, the high byte first. */
function length(count: number): (string | number)[] {
  return ['L', 0, 0, 0, 0, 0, 0, count >> 8, count & 255];
}

test.each([
  ['null', bytes('Z'), null],
  ['true', bytes('T'), true],
  ['false', bytes('F'), false],
  ['int8', bytes('i', 0xff), -1],
  ['uint8', bytes('U', 0xff), 255],
  ['int16', bytes('I', 0xff, 0xfe), -2],
  ['int32', bytes('l', 0, 1, 0, 0), 65536],
  ['int64', bytes('L', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd), -3],
  ['float32', bytes('d', 0x3f, 0xc0, 0, 0), 1.5],
  ['float64', bytes('D', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5],
  ['a text', bytes('S', 'U', 3, '\xc3\xa9!'), 'é!'],
  ['an empty list', bytes('[', ']'), []],
  ['a list', bytes('[', 'i', 1, 'N', 'S', 'i', 0, ']'), [1, '']],
  ['a list with its length', bytes('[', '#', ...length(2), 'i', 1, 'Z'), [1, null]],
  ['an object', bytes('{', 'i', 1, 'a', '{', '}', 'i', 1, 'b', 'T', '}'), { a: {}, b: true }],
])('%s', (_name, encoded, value) => {
  expect(readUbjson(encoded)).toEqual(value);
});

test('arrays of one type of number', () => {
  const floats = readUbjson(
    bytes('[', '$', 'd', '#', ...length(2), 0x3f, 0x80, 0, 0, 0xbf, 0, 0, 0),
  );
  expect(floats).toEqual(Float32Array.of(1, -0.5));
  const wide = readUbjson(bytes('[', '$', 'L', '#', 'i', 1, 0, 0, 0, 0, 0, 0, 1, 0));
  expect(wide).toEqual(Float64Array.of(256));
});

test('any key is only a key', () => {
  const object = readUbjson(bytes('{', 'i', 9, '__proto__', '{', 'i', 1, 'x', 'T', '}', '}'));
  expect(Object.keys(object as object)).toEqual(['__proto__']);
  expect((object as { x?: unknown }).x).toBeUndefined();
});

describe('what is refused', () => {
  test.each([
    ['nothing', bytes(), 'byte 0: it ends in the middle: is it cut short?'],
    ['no value', bytes('{', 'i', 1, 'a', '}'), 'byte 4: expected a value, got "}"'],
    ['a control byte', bytes(7), 'byte 0: expected a value, got 0x7'],
    ['more than one value', bytes('Z', 'Z'), 'byte 1: expected the end, got 1 bytes'],
    ['a cut text', bytes('S', 'i', 5, 'abc'), 'byte 1: 5 items do not fit into what is left'],
    ['a cut number', bytes('l', 0, 0), 'byte 3: it ends in the middle'],
    ['a negative length', bytes('S', 'i', 0x80), 'byte 1: expected a length from 0 on, got -128'],
    ['a length in a fraction', bytes('S', 'd', 0, 0, 0, 0), 'byte 1: expected a length, got "d"'],
    ['an array of texts', bytes('[', '$', 'S', '#', 'i', 0), 'byte 2: expected a type of numbers'],
    ['an array without length', bytes('[', '$', 'd', 0), 'byte 3: expected "#", the length'],
  ])('%s', (_name, encoded, problem) => {
    expect(() => readUbjson(encoded)).toThrow(`not valid UBJSON at ${problem}`);
  });

  test('a size far beyond the file, before memory is taken for it', () => {
    const huge = ['L', 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] as const;
    expect(() => readUbjson(bytes('[', '$', 'd', '#', ...huge))).toThrow('items do not fit');
    expect(() => readUbjson(bytes('[', '#', ...huge))).toThrow('items do not fit');
    const thirds = bytes('[', '$', 'd', '#', 'i', 3, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(() => readUbjson(thirds)).toThrow('3 items do not fit');
  });

  test('endless nesting', () => {
    expect(() => readUbjson(bytes('['.repeat(100_000)))).toThrow('nested more than 64 deep');
  });
});

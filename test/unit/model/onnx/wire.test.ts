import { describe, expect, test } from 'vitest';
import {
  bytesField,
  type Field,
  fieldsOf,
  integerField,
  integerOf,
  integersOf,
  textOf,
  WireError,
  wholeOf,
} from '../../../../src/model/onnx/wire.js';
import { memorySource } from './memory-source.js';

function fields(bytes: Uint8Array): Field[] {
  const source = memorySource(bytes);
  return [...fieldsOf(source, wholeOf(source))];
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

test('fields are read as they were written', () => {
  const bytes = Buffer.concat([
    integerField(1, 300),
    bytesField(2, 'é', Buffer.from('x')),
    integerField(2 ** 28, 2 ** 40),
  ]);
  const source = memorySource(bytes);
  const [one, two, three] = fields(bytes);
  if (one === undefined || two === undefined || three === undefined) throw new Error('too few');
  expect([one.number, two.number, three.number]).toEqual([1, 2, 2 ** 28]);
  expect(integerOf(source, one)).toBe(300n);
  expect(textOf(source, two)).toBe('éx');
  expect(integerOf(source, three)).toBe(2n ** 40n);
  expect(three.end).toBe(bytes.length);
});

test.each([
  ['08 ffffffffffffffffff01', [-1n]],
  ['08 80808080808080808001', [-(2n ** 63n)]],
  ['0a 04 01 ac02 00', [1n, 300n, 0n]],
  ['0a 00', []],
  ['0d 00000000', []],
])('integers of %s', (hex, values) => {
  const bytes = fromHex(hex);
  const [field] = fields(bytes);
  if (field === undefined) throw new Error('no field');
  expect(integersOf(memorySource(bytes), field)).toEqual(values);
});

describe('broken', () => {
  test.each([
    ['00', 'there is no field at byte 0'],
    ['0b', 'there is no field at byte 0'],
    ['08', 'the number at byte 1 does not end'],
    ['08 ffffffffffffffffffffff', 'the number at byte 1 does not end'],
    ['0a 05 01', 'field 1 at byte 0 ends 4 bytes too late'],
    ['09 00', 'field 1 at byte 0 ends 7 bytes too late'],
    ['0a ffffffffffffffffff01', 'ends 18446744073709552000 bytes too late'],
  ])('%s', (hex, reason) => {
    expect(() => fields(fromHex(hex))).toThrow(WireError);
    expect(() => fields(fromHex(hex))).toThrow(reason);
  });
});

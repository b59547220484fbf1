import { describe, expect, test } from 'vitest';
import { keysInFile, keysInVariable } from '../../../../src/config/sources/key-list.js';

const FIRST = 'first-0123456789';
const SECOND = 'second-0123456789';

describe('keys in a file', () => {
  test('are one a line, with or without a name', () => {
    const text = `\uFEFF# for the shop\r\n${FIRST}\r\n\n  shop: ${SECOND} # until March\n`;
    expect(keysInFile(text)).toEqual({ keys: [FIRST, SECOND], faults: [] });
  });

  test.each([
    ['', 'expected at least one key, got none'],
    ['# nothing\n', 'expected at least one key, got none'],
    ['short', 'line 1: expected a key of at least 16 characters, got 5'],
    ['\nname:short', 'line 2: expected a key of at least 16 characters, got 5'],
    ['name:', 'line 1: expected a key of letters, digits and ._~+/=- with nothing else in it'],
    [`a b ${FIRST}`, 'line 1: expected a key of letters, digits and ._~+/=- with nothing else'],
    [`a:b:${FIRST}`, 'line 1: expected a key of letters, digits and ._~+/=- with nothing else'],
  ])('%j: %s', (text, fault) => {
    expect(keysInFile(text).faults).toEqual([expect.stringContaining(fault)]);
  });
});

test('keys in a variable have commas between them', () => {
  expect(keysInVariable(`${FIRST}, shop:${SECOND},`).keys).toEqual([FIRST, SECOND]);
  expect(keysInVariable(`${FIRST},short`).faults).toEqual([
    'key 2: expected a key of at least 16 characters, got 5',
  ]);
});

import { expect, test } from 'vitest';
import { parseMicroOptions } from '../../../../loadtest/micro/options.js';

test('everything has a standard value', () => {
  const standard = { model: 'digits-lr', batches: [1, 8, 16], rows: 1, seconds: 3 };
  expect(parseMicroOptions([])).toEqual(standard);
});

test('what is told is taken', () => {
  const argv = ['--model', 'digits-rf', '--batch', '4,32', '--rows', '100', '--seconds', '1'];
  const told = { model: 'digits-rf', batches: [4, 32], rows: 100, seconds: 1 };
  expect(parseMicroOptions(argv)).toEqual(told);
});

test.each([
  [['--model', 'wine'], '--model'],
  [['--batch', '1,x'], '--batch'],
  [['--rows', '0'], '--rows'],
  [['--seconds', '1.5'], '--seconds'],
])('%j is refused', (argv, name) => {
  expect(() => parseMicroOptions(argv)).toThrow(name);
});

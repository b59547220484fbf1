import { expect, test } from 'vitest';
import { areCopiesTooLarge, privateBytesOf } from '../../../src/model/weights.js';

const MB = 1e6;
const GB = 1e9;

test.each([
  ['one worker has the only copy', 100 * GB, 0, 1, 8 * GB, false],
  ['a small model', 100 * MB, 0, 8, 16 * GB, false],
  ['copies of a quarter of the memory', 2 * GB, 0, 3, 16 * GB, false],
  ['more than that', 2 * GB + 1, 0, 3, 16 * GB, true],
  ['with what is private already', 100 * MB, 2 * GB, 3, 16 * GB, true],
])('%s', (_case, bytes, privateBytes, workers, memory, expected) => {
  expect(areCopiesTooLarge(bytes, privateBytes, workers, memory)).toBe(expected);
});

test('only private weights are copies', () => {
  const models = [
    { heldWeights: { form: 'private', bytes: 5 } },
    { heldWeights: { form: 'shared', bytes: 100 } },
    {},
    { heldWeights: { form: 'private', bytes: 7 } },
  ] as const;
  expect(privateBytesOf(models)).toBe(12);
});

import { expect, test } from 'vitest';
import { areCopiesTooLarge, copiedBytesOf } from '../../../src/model/weights.js';

const MB = 1e6;
const GB = 1e9;

test.each([
  ['one worker has the only copy', 100 * GB, 1, 0, 8 * GB, false],
  ['a small model', 100 * MB, 8, 0, 16 * GB, false],
  ['copies of a quarter of the memory', 2 * GB, 3, 0, 16 * GB, false],
  ['more than that', 2 * GB + 1, 3, 0, 16 * GB, true],
  ['the same, where few hold it', 2 * GB + 1, 2, 0, 16 * GB, false],
  ['with copies there are already', 100 * MB, 3, 4 * GB, 16 * GB, true],
  ['the only copy, though there are too many of others', 100 * MB, 1, 5 * GB, 16 * GB, false],
])('%s', (_case, bytes, holders, copiedBytes, memory, expected) => {
  expect(areCopiesTooLarge(bytes, holders, copiedBytes, memory)).toBe(expected);
});

test('only private weights are copies, at all that hold them but one', () => {
  const models = [
    { name: 'everywhere', heldWeights: { form: 'private', bytes: 5 } },
    { name: 'shared', heldWeights: { form: 'shared', bytes: 100 } },
    { name: 'trees' },
    { name: 'rare', heldWeights: { form: 'private', bytes: 7 } },
    { name: 'alone', heldWeights: { form: 'private', bytes: 1000 } },
  ] as const;
  const holders = { everywhere: 8, shared: 8, trees: 8, rare: 2, alone: 1 };
  expect(copiedBytesOf(models, holders)).toBe(5 * 7 + 7);
});

import { expect, test } from 'vitest';
import { isStopped, isSuspended } from '../../../../src/master/workers/process-state.js';

test.each<[string, string, boolean, boolean?]>([
  ['running', '12 (node) R 1 12', false],
  ['sleeping', '12 (node) S 1 12', false],
  ['stopped', '12 (node) T 1 12', true],
  ['stopped by a debugger', '12 (node) t 1 12', true, false],
  ['with a name that looks like a state', '12 (a) T (b) S 1 12', false],
])('%s', (_name, stat, expected, bySignal = expected) => {
  expect(isStopped(12, () => stat)).toBe(expected);
  expect(isSuspended(12, () => stat)).toBe(bySignal);
});

test('a process that is gone, or a system without /proc', () => {
  const missing = (): string => {
    throw new Error('ENOENT');
  };
  expect(isStopped(12, missing)).toBe(false);
  expect(isSuspended(12, missing)).toBe(false);
});

import { expect, test } from 'vitest';
import { residentBytes } from '../../../../src/master/recycling/resident-memory.js';

test('is read from what the kernel says of the process', () => {
  const text =
    'Name:\tnode VmRSS:\t7 kB\nVmHWM:\t  9000 kB\nVmRSS:\t    1234 kB\nRssAnon:\t 1 kB\n';
  const read = (file: string): string => (file === '/proc/7/status' ? text : '');
  expect(residentBytes(7, read)).toBe(1234 * 1024);
});

test('is unknown of a process that is gone, a zombie, or where nobody tells', () => {
  const fails = (): string => {
    throw new Error('ENOENT');
  };
  expect(residentBytes(7, fails)).toBeUndefined();
  expect(residentBytes(7, () => 'Name:\tnode\nState:\tZ (zombie)\n')).toBeUndefined();
});

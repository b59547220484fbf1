import { expect, it } from 'vitest';
import type { Cpus } from '../../../../src/config/cpus/allowed-cpus.js';
import { cpusText } from '../../../../src/config/cpus/cpus-text.js';

it.each<[Cpus, string]>([
  [{ count: 1, limit: 'none' }, '1 CPU'],
  [
    { count: 2, limit: 'quota', at: '/c/cpu.max', allows: 2.5 },
    '2 CPUs by the quota of 2.5 in /c/cpu.max',
  ],
  [
    { count: 1, limit: 'quota', at: '/c/cpu.max', allows: 0.2 },
    '1 CPU by the quota of 0.2 in /c/cpu.max',
  ],
  [
    { count: 3, limit: 'affinity', at: '/proc/self/status', allows: 3 },
    '3 CPUs by the affinity in /proc/self/status',
  ],
])('%j: %s', (cpus, text) => {
  expect(cpusText(cpus)).toBe(text);
});

import { describe, expect, it } from 'vitest';
import {
  cpuSpentNanos,
  descendants,
  parseParentPid,
  parsePssBytes,
  parseRunNanos,
} from '../../../loadtest/process-tree.js';

describe('what /proc says', () => {
  it('gives the parent, also when the name of the process has spaces and parentheses', () => {
    expect(parseParentPid('42 (node) S 7 42 42 0 -1')).toBe(7);
    expect(parseParentPid('42 (a (b) c) d) R 9 42')).toBe(9);
  });

  it('gives the time on a CPU in nanoseconds', () => {
    expect(parseRunNanos('123456789012 3456 78\n')).toBe(123456789012);
  });

  it('gives the proportional set size, not one of its parts', () => {
    const text = 'Rss:   900 kB\nPss:   300 kB\nPss_Dirty:   200 kB\nPss_Anon:   100 kB\n';
    expect(parsePssBytes(text)).toBe(300 * 1024);
    expect(parsePssBytes('')).toBe(0);
  });
});

describe('descendants', () => {
  it('are the root and all below it, at any depth, and nobody else', () => {
    const parents = new Map([
      [10, 1],
      [11, 10],
      [12, 10],
      [13, 12],
      [20, 1],
      [21, 20],
    ]);
    expect(descendants(10, parents)).toEqual([10, 11, 12, 13]);
  });
});

describe('cpuSpentNanos', () => {
  it('is the difference per process; a new one counts from its start', () => {
    const before = new Map([
      [1, 100],
      [2, 50],
    ]);
    const after = new Map([
      [1, 130],
      [3, 40],
    ]);
    expect([...cpuSpentNanos(before, after)]).toEqual([
      [1, 30],
      [3, 40],
    ]);
  });

  it('is never negative when a thread left and took its time with it', () => {
    expect(cpuSpentNanos(new Map([[1, 100]]), new Map([[1, 90]])).get(1)).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { busyShare, parseCpuTicks } from '../../../loadtest/machine.js';
import { parsePrivateBytes } from '../../../loadtest/process-tree.js';

describe('parseCpuTicks', () => {
  it('adds up the times of all CPUs, the guests’ once', () => {
    const stat = 'cpu  100 1 50 800 9 0 30 10 77 0\ncpu0 50 0 25 400 4 0 15 5 38 0\n';
    expect(parseCpuTicks(stat)).toEqual({ all: 1000, idle: 809 });
  });
});

describe('busyShare', () => {
  it('is what was not idle between two readings', () => {
    expect(busyShare({ all: 1000, idle: 800 }, { all: 1200, idle: 850 })).toBe(0.75);
  });
});

describe('parsePrivateBytes', () => {
  it('adds clean and dirty pages that no other process has', () => {
    const rollup =
      'Rss:  900 kB\nPss:  500 kB\nShared_Clean: 300 kB\nPrivate_Clean:  8 kB\nPrivate_Dirty:   12 kB\nPrivate_Hugetlb: 4 kB\n';
    expect(parsePrivateBytes(rollup)).toBe(20 * 1024);
  });
});

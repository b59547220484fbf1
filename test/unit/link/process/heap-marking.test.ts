import { getHeapSpaceStatistics, type HeapSpaceInfo, setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isSmallHeap, markSmallHeapsAtOnce } from '../../../../src/link/process/heap-marking.js';

vi.mock('node:v8', () => ({ getHeapSpaceStatistics: vi.fn(), setFlagsFromString: vi.fn() }));

const MB = 1024 * 1024;
const space = (space_name: string, megabytes: number): HeapSpaceInfo => ({
  space_name,
  space_used_size: megabytes * MB,
  space_size: 0,
  space_available_size: 0,
  physical_space_size: 0,
});

describe('isSmallHeap', () => {
  it.each([
    { name: 'an old space of a fresh server', spaces: [space('old_space', 11)], isSmall: true },
    {
      name: 'all old spaces together up to 32 MB',
      spaces: [space('old_space', 20), space('code_space', 2), space('large_object_space', 10)],
      isSmall: true,
    },
    {
      name: 'all old spaces together above 32 MB',
      spaces: [space('old_space', 20), space('code_space', 2), space('large_object_space', 11)],
      isSmall: false,
    },
    {
      name: 'a young generation of any size',
      spaces: [space('old_space', 30), space('new_space', 64), space('new_large_object_space', 64)],
      isSmall: true,
    },
  ])('is about what marking has to go through: $name', ({ spaces, isSmall }) => {
    expect(isSmallHeap(spaces)).toBe(isSmall);
  });
});

describe('markSmallHeapsAtOnce', () => {
  const AT_ONCE = '--no-incremental-marking';
  const BIT_BY_BIT = '--incremental-marking';
  const told = (): string[] => vi.mocked(setFlagsFromString).mock.calls.map(([flag]) => flag);
  const heapIs = (megabytes: number): void => {
    vi.mocked(getHeapSpaceStatistics).mockReturnValue([space('old_space', megabytes)]);
  };

  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.clearAllMocks();
  });

  it('tells V8 when the heap is small, and again when that has changed', () => {
    heapIs(11);
    markSmallHeapsAtOnce();
    expect(told()).toEqual([AT_ONCE]);
    vi.advanceTimersByTime(60_000);
    expect(told()).toEqual([AT_ONCE]);
    heapIs(33);
    vi.advanceTimersByTime(5000);
    expect(told()).toEqual([AT_ONCE, BIT_BY_BIT]);
    heapIs(32);
    vi.advanceTimersByTime(5000);
    expect(told()).toEqual([AT_ONCE, BIT_BY_BIT, AT_ONCE]);
  });

  it('leaves V8 to itself where the heap is large from the start', () => {
    heapIs(100);
    markSmallHeapsAtOnce();
    expect(told()).toEqual([]);
  });
});

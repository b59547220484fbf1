import { describe, expect, it } from 'vitest';
import { isSmallHeap } from '../../../../src/link/process/heap-marking.js';

const MB = 1024 * 1024;
const space = (space_name: string, megabytes: number) => ({
  space_name,
  space_used_size: megabytes * MB,
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

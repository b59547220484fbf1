import { expect, test } from 'vitest';
import { memoryBytes } from '../../../../../src/model/onnx/weights/memory.js';

const GB = 2 ** 30;

test.each([
  ['of the cgroup where it has a limit', 2 * GB, 8 * GB, 2 * GB],
  ['of the machine without a cgroup', 0, 8 * GB, 8 * GB],
  ['of the machine where the cgroup has no limit', 2 ** 63, 8 * GB, 8 * GB],
])('memory is that %s', (_what, limit, total, expected) => {
  expect(memoryBytes(limit, total)).toBe(expected);
});

test('memory is told of the real machine', () => {
  expect(memoryBytes()).toBeGreaterThan(64 * 2 ** 20);
});

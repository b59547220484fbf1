import { expect, test } from 'vitest';
import { allocate, DTYPES } from '../../../../src/model/tensor/dtype.js';
import { Slab } from '../../../../src/model/tensor/slab.js';

const SLAB_BYTES = 64 * 1024;

test('what it gives is aligned, zero, and never given again', () => {
  const slab = new Slab();
  const taken = new Map<ArrayBuffer, number>();
  for (let number = 0; number < 5000; number += 1) {
    const bytes = (number * 37) % 500;
    const offset = slab.reserve(bytes);
    expect(offset % 8).toBe(0);
    expect(offset).toBeGreaterThanOrEqual(taken.get(slab.buffer) ?? 0);
    const view = new Uint8Array(slab.buffer, offset, bytes);
    expect(view.every((value) => value === 0)).toBe(true);
    view.fill(1);
    taken.set(slab.buffer, offset + bytes);
  }
  expect(taken.size).toBeGreaterThan(10);
});

test('the last bytes of a slab are used, and a whole slab can be had', () => {
  const slab = new Slab();
  const first = slab.buffer;
  expect(slab.reserve(SLAB_BYTES)).toBe(0);
  expect(slab.buffer).toBe(first);
  expect(slab.reserve(1)).toBe(0);
  expect(slab.buffer).not.toBe(first);
});

test('small tensors of every dtype have their own values', () => {
  for (const dtype of DTYPES) {
    const [one, other] = [allocate(dtype, 3), allocate(dtype, 3)];
    expect(one).toHaveLength(3);
    if (Array.isArray(one) || Array.isArray(other)) continue;
    new Uint8Array(one.buffer, one.byteOffset, one.byteLength).fill(1);
    expect(new Uint8Array(other.buffer, other.byteOffset, other.byteLength)).toEqual(
      new Uint8Array(other.byteLength),
    );
  }
});

test('large tensors have memory of their own', () => {
  expect((allocate('float32', 2000) as Float32Array).buffer.byteLength).toBe(8000);
});

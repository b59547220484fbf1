import { expect, test } from 'vitest';
import { zeros } from '../../../../src/model/tensor/zeros.js';

test('free dimensions get the size that is told, others keep theirs', () => {
  const tensors = zeros(
    [
      { name: 'x', dtype: 'float32', shape: [-1, 3] },
      { name: 'id', dtype: 'int64', shape: [-1] },
      { name: 'once', dtype: 'uint8', shape: [] },
    ],
    2,
  );
  expect(tensors).toEqual({
    x: { dtype: 'float32', shape: [2, 3], data: new Float32Array(6) },
    id: { dtype: 'int64', shape: [2], data: new BigInt64Array(2) },
    once: { dtype: 'uint8', shape: [], data: new Uint8Array(1) },
  });
});

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { wideModel } from '../../../../loadtest/subjects/wide-model.js';

it('is a model that ONNX Runtime takes: a row times the matrix', async () => {
  const session = await InferenceSession.create(wideModel(3, (row, column) => 10 * row + column));
  const rows = new Tensor('float32', [1, 0, 0, 0, 1, 2], [2, 3]);
  const { Y } = await session.run({ X: rows });
  expect(Y?.dims).toEqual([2, 3]);
  expect([...(Y?.data ?? [])]).toEqual([0, 1, 2, 50, 53, 56]);
});

import { expect, test } from 'vitest';
import type { TensorModel } from '../../../../../src/model/model.js';
import { exchange } from '../../../../../src/worker/protocols/v2/request.js';

function model(name: string, output: string, dtype: 'float32' | 'string'): TensorModel {
  return {
    ...{ kind: 'tensors', name, version: '1', runtime: 'onnx', isLatest: true, labels: [] },
    ...{ isRetryable: true, run() {}, dispose: async () => {} },
    signature: { inputs: [], outputs: [{ name: output, dtype, shape: [-1] }] },
  };
}

const Y = [{ name: 'y', isBinary: false }];

test('the head of a model is made once, and what a request says is added', () => {
  const asked = exchange(model('m', 'y', 'float32'), {}, { id: 'é"' }, Y);
  const y = { dtype: 'float32', shape: [2], data: Float32Array.of(0.5, Number.NaN) } as const;
  expect(asked.reply({ y })).toBe(
    '{"model_name":"m","model_version":"1","id":"é\\"","outputs":[{"name":"y","datatype":"FP32","shape":[2],"data":[0.5,"NaN"]}]}',
  );
});

test('it knows which replies are ASCII', () => {
  expect(exchange(model('m', 'y', 'float32'), {}, {}, Y).isAscii).toBe(true);
  expect(exchange(model('m', 'y', 'float32'), {}, { id: 'e' }, Y).isAscii).toBe(true);
  expect(exchange(model('m', 'y', 'float32'), {}, { id: 'é' }, Y).isAscii).toBe(false);
  expect(exchange(model('m', 'y', 'float32'), {}, { parameters: { a: 'é' } }, Y).isAscii).toBe(
    false,
  );
  expect(exchange(model('é', 'y', 'float32'), {}, {}, Y).isAscii).toBe(false);
  expect(exchange(model('m', 'y', 'string'), {}, {}, Y).isAscii).toBe(false);
});

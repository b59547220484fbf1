import { expect, test } from 'vitest';
import type { ModelDescription } from '../../../src/model/description.js';
import { modelList, modelStatus } from '../../../src/model/metadata.js';

const spec = { name: 'x', dtype: 'float32', shape: [-1] } as const;
const description: ModelDescription = {
  name: 'digits',
  version: '3',
  runtime: 'onnx',
  isDefault: true,
  isLatest: true,
  labels: [],
  signature: { inputs: [spec], outputs: [spec] },
  isRetryable: true,
  loadMs: 5,
  warmupMs: 1,
};

test('the list of models', () => {
  expect(modelList([description], (name) => name === 'digits')).toEqual({
    models: [{ name: 'digits', version: '3', runtime: 'onnx', default: true, ready: true }],
  });
});

test('the state of a model', () => {
  expect(modelStatus(description, true)).toEqual({
    name: 'digits',
    ready: true,
    model_version_status: [
      { version: '3', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
    ],
    signature: { inputs: [spec], outputs: [spec] },
  });
  const { signature: _none, ...raw } = description;
  const status = modelStatus(raw, false);
  expect(status.ready).toBe(false);
  expect(status.model_version_status[0]).toMatchObject({ state: 'LOADING' });
  expect(status).not.toHaveProperty('signature');
});

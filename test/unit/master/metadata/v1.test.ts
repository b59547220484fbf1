import { expect, test } from 'vitest';
import { modelList, modelMetadata, modelStatus } from '../../../../src/master/metadata/v1.js';
import { servedModel } from './served-models.js';

test('the list of models', () => {
  const old = servedModel({ version: '2', isLatest: false, labels: ['stable'], state: 'LOADING' });
  expect(modelList([old, servedModel()])).toEqual({
    models: [
      {
        name: 'digits',
        version: '2',
        runtime: 'onnx',
        labels: ['stable'],
        default: false,
        ready: false,
      },
      { name: 'digits', version: '3', runtime: 'onnx', default: true, ready: true },
    ],
  });
});

test('the status of a model: each version, and the signature of the latest', () => {
  const latest = servedModel({ reason: 'version 4 could not load' });
  const old = servedModel({ version: '2', isLatest: false, state: 'UNLOADING' });
  expect(modelStatus([old, latest])).toEqual({
    name: 'digits',
    ready: true,
    model_version_status: [
      {
        version: '2',
        state: 'UNLOADING',
        status: {
          error_code: 'UNAVAILABLE',
          error_message: 'no worker is ready for this model',
        },
      },
      {
        version: '3',
        state: 'AVAILABLE',
        status: { error_code: 'OK', error_message: 'version 4 could not load' },
      },
    ],
    signature: latest.signature,
  });
});

test.each([
  ['LOADING', 'LOADING'],
  ['UNAVAILABLE', 'END'],
] as const)('a model that is %s is %s', (state, told) => {
  const status = modelStatus([servedModel({ state, reason: 'broken' })]);
  expect(status.ready).toBe(false);
  expect(status.model_version_status[0]).toMatchObject({
    state: told,
    status: { error_message: 'broken' },
  });
});

test('TF Serving’s metadata', () => {
  expect(modelMetadata(servedModel())).toEqual({
    model_spec: { name: 'digits', signature_name: '', version: '3' },
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: { x: info('x', 'DT_FLOAT', ['-1', '2']) },
            outputs: {
              label: info('label', 'DT_INT64', ['-1']),
              p: info('p', 'DT_HALF', ['-1', '2']),
            },
            method_name: 'tensorflow/serving/predict',
          },
        },
      },
    },
  });
  const { signature: _none, ...raw } = servedModel();
  expect(modelMetadata(raw)).toMatchObject({ metadata: { signature_def: { signature_def: {} } } });
});

function info(name: string, dtype: string, sizes: readonly string[]): unknown {
  const dim = sizes.map((size) => ({ size, name: '' }));
  return { dtype, tensor_shape: { dim, unknown_rank: false }, name };
}

import { expect, test } from 'vitest';
import {
  modelMetadata,
  modelReadiness,
  serverMetadata,
} from '../../../../src/master/metadata/v2.js';
import { servedModel } from './served-models.js';

test('the server names the extensions it has', () => {
  expect(serverMetadata('1.2.3')).toEqual({
    name: 'forkcast',
    version: '1.2.3',
    extensions: ['binary_tensor_data', 'model_configuration', 'model_repository', 'statistics'],
  });
});

test('a model: versions that answer, datatypes, shapes, labels of classes', () => {
  const loading = servedModel({ version: '4', state: 'LOADING' });
  const model = servedModel({ labels: ['stable'] });
  expect(modelMetadata(model, [model, loading])).toEqual({
    name: 'digits',
    versions: ['3'],
    platform: 'onnxruntime_onnx',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    outputs: [
      { name: 'label', datatype: 'INT64', shape: [-1], labels: ['no', 'yes'] },
      { name: 'p', datatype: 'FP16', shape: [-1, 2] },
    ],
    properties: { labels: 'stable' },
  });
});

test('readiness of one model', () => {
  expect(modelReadiness(servedModel())).toEqual({ name: 'digits', ready: true });
  expect(modelReadiness(servedModel({ state: 'LOADING' }))).toEqual({
    name: 'digits',
    ready: false,
  });
});

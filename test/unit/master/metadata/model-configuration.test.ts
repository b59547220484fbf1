import { expect, test } from 'vitest';
import { modelConfiguration } from '../../../../src/master/metadata/model-configuration.js';
import { servedModel } from './served-models.js';

test('tensors with their whole shapes', () => {
  const model = servedModel({
    signature: {
      inputs: [
        { name: 'x', dtype: 'float32', shape: [-1, 2] },
        { name: 'word', dtype: 'string', shape: [-1, 1], isOptional: true },
      ],
      outputs: [{ name: 'y', dtype: 'bfloat16', shape: [-1] }],
    },
  });
  const format = 'FORMAT_NONE';
  expect(modelConfiguration(model)).toEqual({
    name: 'digits',
    platform: 'onnxruntime_onnx',
    max_batch_size: 0,
    input: [
      { name: 'x', data_type: 'TYPE_FP32', dims: [-1, 2], format, optional: false },
      { name: 'word', data_type: 'TYPE_STRING', dims: [-1, 1], format, optional: true },
    ],
    output: [{ name: 'y', data_type: 'TYPE_BF16', dims: [-1] }],
  });
});

test('a model without a signature has none to tell', () => {
  const { signature: _, ...raw } = servedModel();
  expect(modelConfiguration(raw)).toMatchObject({ input: [], output: [] });
});

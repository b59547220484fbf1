import { expect, test } from 'vitest';
import { checkSignature } from '../../../../src/model/signature/signature-check.js';

const INPUT = { name: 'x', dtype: 'float32', shape: [-1, 4] };

test('a good one is copied without what does not belong to it', () => {
  const declared = { inputs: [{ ...INPUT, note: 'mine' }], outputs: [INPUT], extra: 1 };
  expect(checkSignature(declared)).toEqual({
    signature: { inputs: [INPUT], outputs: [INPUT] },
    faults: [],
  });
});

test.each([
  [
    5,
    [
      'signature.inputs: expected an array of at least one {name, dtype, shape}.',
      'signature.outputs: expected an array of at least one {name, dtype, shape}.',
    ],
  ],
  [{ inputs: [1], outputs: [INPUT] }, ['signature.inputs[0]: expected {name, dtype, shape}.']],
  [
    { inputs: [{ ...INPUT, name: '' }], outputs: [INPUT] },
    ['signature.inputs[0].name: expected a text.'],
  ],
  [{ inputs: [INPUT, INPUT], outputs: [INPUT] }, ['signature.inputs: "x" is there twice.']],
  [
    { inputs: [INPUT], outputs: [{ name: 'y', dtype: 'float', shape: [0] }] },
    [
      'signature.outputs[0].dtype: expected one of bool, bfloat16, float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, string.',
      'signature.outputs[0].shape: expected an array of sizes from 1 on, −1 where a size is free.',
    ],
  ],
])('%j', (declared, faults) => {
  expect(checkSignature(declared).faults).toEqual(faults);
});

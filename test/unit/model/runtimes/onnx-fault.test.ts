import { expect, test } from 'vitest';
import { isLocaleMissing, loadFault, runFault } from '../../../../src/model/runtimes/onnx-fault.js';

const RUNNING = 'Non-zero status code returned while running';
const SOURCE = '/onnxruntime_src/onnxruntime/core/providers/cpu/x.cc:91';

test.each([
  [
    `${RUNNING} Reshape node. Name:'' Status Message: ${SOURCE} onnxruntime::Helper::Helper(const onnxruntime::TensorShape&, bool) sizes was false. Input shape:{3}, requested shape:{2,2}\n`,
    'in Reshape: sizes was false. Input shape:{3}, requested shape:{2,2}',
  ],
  [
    `${RUNNING} Gather node. Name:'g' Status Message: indices element out of data bounds, idx=5`,
    'in Gather: indices element out of data bounds, idx=5',
  ],
  [
    `${RUNNING} Div node. Name:'' Status Message: element_wise_ops.cc:692 Compute Integer division by zero`,
    'in Div: Integer division by zero',
  ],
  [
    'Invalid rank for input: forkcast/input/like Got: 1 Expected: 2',
    'Invalid rank for input: like Got: 1 Expected: 2',
  ],
])('a request is to blame for %s', (message, reason) => {
  const error = runFault('m', new Error(message), false);
  expect(error.code).toBe('INVALID_INPUT');
  expect(error.message).toBe(reason);
});

test('what a kernel refuses is the fault of the model until it has computed once', () => {
  const cause = new Error(`${RUNNING} Det node. Name:'' Status Message: it is odd`);
  expect(runFault('m', cause, false)).toMatchObject({
    code: 'MODEL_ERROR',
    message: 'model "m" failed: in Det: it is odd',
  });
  expect(runFault('m', cause, true).code).toBe('INVALID_INPUT');
});

test.each([
  `${RUNNING} Range node. Name:'' Status Message: Failed to allocate memory for requested buffer of size 4`,
  'std::bad_alloc',
  'At least one output should be requested.',
])('never a request for %s', (message) => {
  expect(runFault('m', new Error(message), true).code).toBe('MODEL_ERROR');
});

test.each([
  [
    'Load model from /models/m/model.onnx failed:/onnxruntime_src/onnxruntime/core/graph/graph.cc:1555 void onnxruntime::Graph::Init() This is an invalid model. It is odd.\n',
    'This is an invalid model. It is odd.',
  ],
  [
    `Exception during initialization: ${SOURCE} onnxruntime::Locale::Locale(const std::string&)::<lambda()> Failed to construct locale`,
    'Exception during initialization: Failed to construct locale',
  ],
  [
    'Fatal error: a:Adam(-1) is not a registered function/op',
    'a:Adam(-1) is not a registered function/op',
  ],
])('%s is told as what it says', (message, reason) => {
  const fault = loadFault(new Error(message));
  expect(fault.message).toBe(reason);
  expect(isLocaleMissing(fault)).toBe(reason.includes('locale'));
});

import type { Dtype } from '../tensor/tensor.js';

/** What the Open Inference Protocol calls each dtype. */
export const V2_DATATYPES: Readonly<Record<Dtype, string>> = {
  bool: 'BOOL',
  float16: 'FP16',
  bfloat16: 'BF16',
  float32: 'FP32',
  float64: 'FP64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  string: 'BYTES',
};

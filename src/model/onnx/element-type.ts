/** The element types of ONNX, by their numbers in the format. */
import type { Dtype } from '../tensor/tensor.js';

const DTYPES: Readonly<Record<number, Dtype>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

/** Those no dtype of ours stands for. */
const OTHERS: Readonly<Record<number, string>> = {
  14: 'complex64',
  15: 'complex128',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
  24: 'float8e8m0',
};

export const FLOAT32 = 1;
export const BFLOAT16 = 16;

export function dtypeOf(elementType: number): Dtype | undefined {
  return DTYPES[elementType];
}

export function elementTypeName(elementType: number): string {
  return DTYPES[elementType] ?? OTHERS[elementType] ?? `of the unknown type ${elementType}`;
}

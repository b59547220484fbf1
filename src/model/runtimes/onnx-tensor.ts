/** Tensors of ours as those of ONNX Runtime, and back; the data is shared where it can be. */
import { Tensor as OnnxTensor } from 'onnxruntime-node';
import { bfloat16Bits, bfloat16Value } from '../tensor/half-float.js';
import type { Dtype, Tensor, TensorData } from '../tensor/tensor.js';

/** bfloat16 goes in and out as float32, which has all its values: see model/onnx/rewriting.ts. */
export function toOnnxTensor({ dtype, data, shape }: Tensor): OnnxTensor {
  if (dtype === 'float16') return rawTensor(data, shape);
  if (dtype !== 'bfloat16') return new OnnxTensor(dtype, data, shape);
  const floats = Float32Array.from(data as Uint16Array, bfloat16Value);
  return new OnnxTensor('float32', floats, shape);
}

/**
 * Where Node has a Float16Array (24 on) a tensor's constructor makes one of the bits, which the
 * native side then takes for an array without any. What it reads of a tensor are these four.
 */
function rawTensor(data: TensorData, dims: readonly number[]): OnnxTensor {
  const tensor = { type: 'float16', data, dims, location: 'cpu' };
  return tensor as unknown as OnnxTensor;
}

export function fromOnnxTensor(dtype: Dtype, { data, dims }: OnnxTensor): Tensor {
  return { dtype, shape: dims, data: dataOf(dtype, data) };
}

function dataOf(dtype: Dtype, data: unknown): TensorData {
  if (dtype === 'float16') return rawBits(data as ArrayBufferView<ArrayBuffer>);
  if (dtype === 'bfloat16') return Uint16Array.from(data as Float32Array, bfloat16Bits);
  return data as TensorData;
}

/** Where Node has a Float16Array (24 on), that is what comes instead of the bits. */
function rawBits(data: ArrayBufferView<ArrayBuffer>): Uint16Array {
  if (data instanceof Uint16Array) return data;
  const { buffer, byteOffset, byteLength } = data;
  return new Uint16Array(buffer, byteOffset, byteLength / Uint16Array.BYTES_PER_ELEMENT);
}

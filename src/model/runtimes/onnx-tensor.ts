/** Tensors of ours as those of ONNX Runtime, and back; the data is shared, not copied. */
import { Tensor as OnnxTensor } from 'onnxruntime-node';
import type { Dtype, Tensor, TensorData } from '../tensor.js';

export function toOnnxTensor({ dtype, data, shape }: Tensor): OnnxTensor {
  if (dtype === 'bfloat16') throw new TypeError('ONNX Runtime for Node has no bfloat16 tensors');
  return new OnnxTensor(dtype, data, shape);
}

export function fromOnnxTensor(dtype: Dtype, output: OnnxTensor): Tensor {
  return { dtype, shape: output.dims, data: dataOf(dtype, output) };
}

/** Where Node has a Float16Array (24 on), that is what comes instead of raw bits. */
function dataOf(dtype: Dtype, output: OnnxTensor): TensorData {
  const data: unknown = output.data;
  if (dtype !== 'float16' || data instanceof Uint16Array) return data as TensorData;
  const { buffer, byteOffset, byteLength } = data as ArrayBufferView<ArrayBuffer>;
  return new Uint16Array(buffer, byteOffset, byteLength / Uint16Array.BYTES_PER_ELEMENT);
}

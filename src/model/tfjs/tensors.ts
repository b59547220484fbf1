/** Tensors of ours as TensorFlow.js has them, and back. */

import type * as Core from '@tensorflow/tfjs-core';
import { RequestError } from '../../errors.js';
import type { Signature, TensorSpec } from '../tensor/signature.js';
import type { Dtype, Tensor, TensorData, Tensors } from '../tensor/tensor.js';

/** An output as a file knows it: what is open is seen when it runs. */
export type OpenSpec = Pick<TensorSpec, 'name'> & Partial<TensorSpec>;

/** What TensorFlow.js computes with, but for complex numbers. */
export type TfjsDtype = 'float32' | 'int32' | 'bool' | 'string';

const TFJS_DTYPES: readonly Dtype[] = ['float32', 'int32', 'bool', 'string'];

export function isTfjsDtype(dtype: unknown): dtype is TfjsDtype {
  return (TFJS_DTYPES as readonly unknown[]).includes(dtype);
}

/** In the order of the specs. */
export function toTfjs(
  core: typeof Core,
  specs: readonly TensorSpec[],
  inputs: Tensors,
): Core.Tensor[] {
  return specs.map(({ name }) => {
    const { dtype, shape, data } = inputs[name] as Tensor;
    return core.tensor(data as Float32Array, [...shape], dtype as TfjsDtype);
  });
}

/** Values are copied: what they came from may be disposed of. */
export function fromTfjs(
  core: typeof Core,
  specs: readonly OpenSpec[],
  outputs: readonly Core.Tensor[],
): Tensors {
  const tensors: Record<string, Tensor> = {};
  specs.forEach(({ name, dtype: wanted }, index) => {
    const output = outputs[index] as Core.Tensor;
    const dtype = wanted ?? output.dtype;
    if (!isTfjsDtype(dtype)) throw new Error(`output "${name}" is ${dtype}: not supported`);
    // Of some operations model.json says not quite what comes out.
    const fitting = output.dtype === dtype ? output : core.cast(output, dtype);
    const data = fitting.dataSync() as unknown as TensorData;
    tensors[name] = { dtype, shape: [...output.shape], data };
  });
  return tensors;
}

/** WebAssembly kernels read beyond what is not there, and then never work again. */
export function refuseEmpty({ inputs: specs }: Signature, inputs: Tensors): void {
  for (const { name } of specs) {
    const input = inputs[name];
    if (input === undefined || input.data.length > 0) continue;
    const got = `shape [${input.shape.join(', ')}]`;
    const problem = `input "${name}": expected at least one value, got ${got}`;
    throw new RequestError('INVALID_INPUT', problem);
  }
}

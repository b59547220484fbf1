import { allocate } from './dtype.js';
import type { TensorSpec } from './signature.js';
import { lengthOf, type Tensor, type Tensors } from './tensor.js';

/** The smallest values that fit, to run a model on. @param size of each free dimension */
export function zeros(inputs: readonly TensorSpec[], size: number): Tensors {
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype, shape } of inputs) {
    const sizes = shape.map((own) => (own === -1 ? size : own));
    tensors[name] = { dtype, shape: sizes, data: allocate(dtype, lengthOf(sizes)) };
  }
  return tensors;
}

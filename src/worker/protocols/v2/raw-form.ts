/** The raw form: the body is one tensor and says nothing of itself, so the model's input does. */
import { bytesPerValue, type SizedDtype } from '../../../model/tensor/dtype.js';
import type { Signature } from '../../../model/tensor/signature.js';
import type { Tensor, Tensors } from '../../../model/tensor/tensor.js';
import { checkedLength } from '../../body/input-limits.js';
import { invalid } from '../../invalid-input.js';
import { tensorFromBytes, textIn } from './binary-tensor.js';

/**
 * One row: a free first dimension is 1, unless it is the only dimension. The size of one other
 * free dimension comes from the number of bytes.
 *
 * @throws RequestError INVALID_INPUT where the model has several inputs or the bytes do not fit
 */
export function rawInputs(bytes: Buffer, { inputs }: Signature, modelName: string): Tensors {
  const [spec, second] = inputs;
  if (spec === undefined || second !== undefined) {
    const names = inputs.map(({ name }) => JSON.stringify(name)).join(', ');
    throw invalid(
      `the raw form is for models with one input; model "${modelName}" has ${inputs.length}: ${names}`,
    );
  }
  const { name, dtype, shape } = spec;
  const at = `input "${name}" of model "${modelName}" in the raw form`;
  const tensor =
    dtype === 'string' ? rawText(bytes, shape, at) : rawNumbers(bytes, dtype, shape, at);
  return { [name]: tensor };
}

/** The whole body is the text, without a length before it. */
function rawText(bytes: Buffer, shape: readonly number[], at: string): Tensor {
  const sizes = shape.map((size) => (size === -1 ? 1 : size));
  if (sizes.some((size) => size !== 1)) {
    throw invalid(`${at}: is one string; expected the shape [${shape.join(', ')}]`);
  }
  return { dtype: 'string', shape: sizes, data: [textIn(bytes, at)] };
}

function rawNumbers(
  bytes: Buffer,
  dtype: SizedDtype,
  shape: readonly number[],
  at: string,
): Tensor {
  const [first, ...rest] = shape;
  const row = first === -1 && rest.length > 0 ? [1, ...rest] : shape;
  if (row.filter((size) => size === -1).length > 1) {
    throw invalid(
      `${at}: a number of bytes tells one free size, expected the shape [${shape.join(', ')}]`,
    );
  }
  let known = bytesPerValue(dtype);
  for (const size of row) known *= Math.abs(size);
  const free = Math.floor(bytes.length / Math.max(known, 1));
  const sizes = row.map((size) => (size === -1 ? free : size));
  return tensorFromBytes(bytes, { dtype, shape: sizes }, checkedLength(at, sizes), at);
}

/** What a module with a signature returned, checked and made tensors. */

import { RequestError } from '../../errors.js';
import { holds } from '../tensor/dtype.js';
import { described, keyPath, type Place } from '../tensor/place.js';
import type { Signature, TensorSpec } from '../tensor/signature.js';
import type { Tensor, TensorData, Tensors } from '../tensor/tensor.js';
import { isSize, lengthOf } from '../tensor/tensor.js';
import { tensorFromJson } from '../tensor/tensor-from-json.js';

/**
 * Takes tensors, typed arrays or nested arrays by output name; the value itself where the model
 * has one output.
 *
 * @throws RequestError MODEL_ERROR naming the output, expected and got
 */
export function moduleOutputs(modelName: string, signature: Signature, result: unknown): Tensors {
  const [only, second] = signature.outputs;
  const outputs: Record<string, Tensor> = {};
  if (only !== undefined && second === undefined && isOneValue(result, only)) {
    outputs[only.name] = outputTensor(modelName, only, result);
    return outputs;
  }
  if (typeof result !== 'object' || result === null) {
    const names = signature.outputs.map((spec) => JSON.stringify(spec.name)).join(', ');
    throw failed(modelName, `expected an object with ${names}, got ${described(result)}`);
  }
  const byName = result as Readonly<Record<string, unknown>>;
  for (const spec of signature.outputs) {
    outputs[spec.name] = outputTensor(modelName, spec, byName[spec.name]);
  }
  return outputs;
}

function isOneValue(result: unknown, only: TensorSpec): boolean {
  if (Array.isArray(result) || ArrayBuffer.isView(result) || isTensor(result)) return true;
  return typeof result !== 'object' && only.shape.length === 0;
}

function outputTensor(modelName: string, spec: TensorSpec, value: unknown): Tensor {
  if (isTensor(value)) return checkedTensor(modelName, spec, value);
  if (holds(spec.dtype, value) && !Array.isArray(value)) return shapedArray(modelName, spec, value);
  if (ArrayBuffer.isView(value)) throw wrongArray(modelName, spec, value);
  const place: Place = {
    code: 'MODEL_ERROR',
    subject: `model "${modelName}" returned a wrong output "${spec.name}"`,
    root: `outputs${keyPath(spec.name)}`,
  };
  return tensorFromJson(value, spec, place, Number.MAX_SAFE_INTEGER);
}

function isTensor(value: unknown): value is { data: unknown; shape: unknown; dtype?: unknown } {
  return typeof value === 'object' && value !== null && 'data' in value && 'shape' in value;
}

function checkedTensor(
  modelName: string,
  spec: TensorSpec,
  { data, shape, dtype = spec.dtype }: { data: unknown; shape: unknown; dtype?: unknown },
): Tensor {
  if (dtype !== spec.dtype) {
    throw wrong(modelName, spec, `expected dtype ${spec.dtype}, got ${described(dtype)}`);
  }
  if (!holds(spec.dtype, data)) throw wrongArray(modelName, spec, data);
  if (!Array.isArray(shape) || !fits(shape, spec.shape)) {
    throw wrong(
      modelName,
      spec,
      `expected shape ${shapeText(spec.shape)}, got ${shapeText(shape)}`,
    );
  }
  const length = lengthOf(shape);
  if (data.length !== length) {
    const expected = `expected ${length} values for shape ${shapeText(shape)}`;
    throw wrong(modelName, spec, `${expected}, got ${data.length}`);
  }
  return { dtype: spec.dtype, shape, data };
}

/** A typed array has no shape of its own: it can tell the size of one free dimension. */
function shapedArray(modelName: string, spec: TensorSpec, data: TensorData): Tensor {
  const free = spec.shape.filter((size) => size === -1).length;
  const fixed = spec.shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const size = data.length / fixed;
  if (free > 1) {
    const problem = `a typed array cannot tell its shape ${shapeText(spec.shape)}; return {shape, data}`;
    throw wrong(modelName, spec, problem);
  }
  if (!Number.isInteger(size) || (free === 0 && size !== 1)) {
    const expected = `expected a shape ${shapeText(spec.shape)}`;
    throw wrong(modelName, spec, `${expected}, got ${data.length} values`);
  }
  const shape = spec.shape.map((fixedSize) => (fixedSize === -1 ? size : fixedSize));
  return { dtype: spec.dtype, shape, data };
}

function fits(shape: readonly unknown[], expected: readonly number[]): shape is readonly number[] {
  if (shape.length !== expected.length) return false;
  return shape.every(
    (size, axis) => isSize(size) && (expected[axis] === -1 || expected[axis] === size),
  );
}

function shapeText(shape: unknown): string {
  return Array.isArray(shape) ? `[${shape.join(', ')}]` : described(shape);
}

function wrongArray(modelName: string, spec: TensorSpec, value: unknown): RequestError {
  const got = ArrayBuffer.isView(value) ? `a ${value.constructor.name}` : described(value);
  return wrong(modelName, spec, `expected the data of ${spec.dtype}, got ${got}`);
}

function wrong(modelName: string, spec: TensorSpec, problem: string): RequestError {
  return new RequestError(
    'MODEL_ERROR',
    `model "${modelName}" returned a wrong output "${spec.name}": ${problem}`,
  );
}

function failed(modelName: string, problem: string): RequestError {
  return new RequestError(
    'MODEL_ERROR',
    `model "${modelName}" returned a wrong result: ${problem}`,
  );
}

/** Tensors as JSON Schema and as an example value: what the API description shows of a signature. */

import type { TensorSpec } from '../../model/tensor/signature.js';
import type { Dtype } from '../../model/tensor/tensor.js';
import { lengthOf } from '../../model/tensor/tensor.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

const VALUES: Readonly<Record<Dtype, JsonSchema>> = {
  bool: { type: 'boolean' },
  float16: { type: 'number' },
  bfloat16: { type: 'number' },
  float32: { type: 'number' },
  float64: { type: 'number' },
  int8: { type: 'integer', minimum: -128, maximum: 127 },
  int16: { type: 'integer', minimum: -32768, maximum: 32767 },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  uint8: { type: 'integer', minimum: 0, maximum: 255 },
  uint16: { type: 'integer', minimum: 0, maximum: 65535 },
  uint32: { type: 'integer', minimum: 0, maximum: 4294967295 },
  uint64: { type: 'integer', minimum: 0 },
  string: { type: 'string' },
};

/** Nested arrays of the tensor's values. */
export function tensorSchema({ dtype, shape, takesMissing }: TensorSpec): JsonSchema {
  const value = VALUES[dtype];
  const innermost = takesMissing === true ? { type: [value.type, 'null'] } : value;
  return shape.reduceRight<JsonSchema>((items, size) => {
    const length = size === -1 ? {} : { minItems: size, maxItems: size };
    return { type: 'array', items, ...length };
  }, innermost);
}

/** One row of the tensor: what is left without its first dimension. */
export function rowOf(spec: TensorSpec): TensorSpec {
  return { ...spec, shape: spec.shape.slice(1) };
}

/** Larger examples help nobody. */
const MOST_EXAMPLE_VALUES = 4096;

/** Zeros that fit the spec, with one element where a size is free; undefined where it is too large. */
export function exampleOf({ dtype, shape }: TensorSpec): unknown {
  const sizes = shape.map((size) => (size === -1 ? 1 : size));
  if (lengthOf(sizes) > MOST_EXAMPLE_VALUES) return undefined;
  return sizes.reduceRight<unknown>(
    (value, size) => Array.from({ length: size }, () => value),
    zeroOf(dtype),
  );
}

function zeroOf(dtype: Dtype): unknown {
  if (dtype === 'string') return 'text';
  return dtype === 'bool' ? false : 0;
}

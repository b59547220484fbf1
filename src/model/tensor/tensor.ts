/** Tensors as they travel between routes and runtimes: row-major data with a shape. */

export type Dtype =
  | 'bool'
  | 'bfloat16'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'string';

/**
 * `bool` is a Uint8Array of 0 and 1; `float16` and `bfloat16` are Uint16Arrays of their raw bits
 * (see half-float.ts).
 */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | string[];

export type Tensor = {
  readonly dtype: Dtype;
  /** Sizes of the dimensions; the first is the rows. `[]` is a scalar. */
  readonly shape: readonly number[];
  /**
   * Row-major; its length is the product of `shape`. A typed array may be a view of a larger
   * memory that holds other tensors too: read the array, not its `buffer`.
   */
  readonly data: TensorData;
};

/** Tensors by input or output name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Whether it may be the size of a dimension: a whole number from 0 on. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** How many values a tensor of this shape has. */
export function lengthOf(shape: readonly number[]): number {
  let length = 1;
  for (const size of shape) length *= size;
  return length;
}

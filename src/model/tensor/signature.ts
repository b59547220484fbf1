import type { Dtype } from './tensor.js';

/** One input or output of a model. */
export type TensorSpec = {
  readonly name: string;
  readonly dtype: Dtype;
  /** −1 is a free dimension. Where the first is free, it counts rows. */
  readonly shape: readonly number[];
  /** Any number of dimensions of any size; `shape` is then empty. */
  readonly hasAnyShape?: boolean;
  /** A request may leave this input out. */
  readonly isOptional?: boolean;
  /** `null` in JSON is a missing value, NaN in the tensor: only for floating-point inputs. */
  readonly takesMissing?: boolean;
  /**
   * What the columns of its last dimension are called: an input's features, an output's classes; or
   * what the class numbers of an output mean.
   */
  readonly labels?: readonly (string | number)[];
};

export type Signature = {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
};

/** A request may leave it out. */
export function isOptional({ isOptional: mayBeLeftOut }: TensorSpec): boolean {
  return mayBeLeftOut === true;
}

/** Whether a request may need numbers with more digits than a double holds. */
export function takesWideIntegers({ inputs }: Signature): boolean {
  return inputs.some(({ dtype }) => dtype === 'int64' || dtype === 'uint64');
}

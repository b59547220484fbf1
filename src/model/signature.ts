import type { Dtype } from './tensor.js';

/** One input or output of a model. */
export type TensorSpec = {
  readonly name: string;
  readonly dtype: Dtype;
  /** −1 is a free dimension. Where the first is free, it counts rows. */
  readonly shape: readonly number[];
};

export type Signature = {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
};

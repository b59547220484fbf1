/**
 * Body of `GET /v2/models/NAME/config`: Triton's model configuration, as far as clients ask for it
 * to learn how to shape a request.
 */
import type { ServedModel } from '../../model/description.js';
import { V2_DATATYPES } from '../../model/paths/v2-datatype.js';
import type { TensorSpec } from '../../model/tensor/signature.js';
import type { Dtype } from '../../model/tensor/tensor.js';
import { PLATFORMS } from './v2.js';

/** No dimension is added for batches: `dims` are whole shapes, as in the metadata. */
const NO_BATCH_DIMENSION = 0;

export function modelConfiguration({ name, runtime, signature }: ServedModel): unknown {
  return {
    name,
    platform: PLATFORMS[runtime],
    max_batch_size: NO_BATCH_DIMENSION,
    input: (signature?.inputs ?? []).map((spec) => ({
      ...tensorConfiguration(spec),
      format: 'FORMAT_NONE',
      optional: spec.isOptional ?? false,
    })),
    output: (signature?.outputs ?? []).map(tensorConfiguration),
  };
}

function tensorConfiguration({ name, dtype, shape }: TensorSpec): {
  readonly name: string;
  readonly data_type: string;
  readonly dims: readonly number[];
} {
  return { name, data_type: configuredType(dtype), dims: shape };
}

/** As the protocol calls it, but for texts. */
function configuredType(dtype: Dtype): string {
  return dtype === 'string' ? 'TYPE_STRING' : `TYPE_${V2_DATATYPES[dtype]}`;
}

/** Models that answer with what they got, one for each thing that a request can get wrong. */
import type { InstancesModel, TensorModel } from '../../src/model/model.js';
import type { Signature, TensorSpec } from '../../src/model/tensor/signature.js';
import type { Tensor } from '../../src/model/tensor/tensor.js';
import { PLAIN } from '../unit/worker/plain-model.js';

export function spec(name: string, dtype: Tensor['dtype'], shape: readonly number[]): TensorSpec {
  return { name, dtype, shape };
}

/** Each output is the input at the same place. */
export function echoModel(
  name: string,
  signature: Signature,
  traits: Partial<TensorModel> = {},
): TensorModel {
  return {
    ...PLAIN,
    ...traits,
    kind: 'tensors',
    name,
    signature,
    run(inputs, _context, finish) {
      const outputs: Record<string, Tensor> = {};
      signature.outputs.forEach((output, index) => {
        const input = inputs[signature.inputs[index]?.name ?? ''];
        if (input !== undefined) outputs[output.name] = input;
      });
      finish(undefined, outputs, 1);
    },
  };
}

/** One input `x` and one output `y`. */
export function oneInput(
  name: string,
  dtype: Tensor['dtype'],
  shape: readonly number[],
  traits: Partial<TensorModel> = {},
): TensorModel {
  const signature = { inputs: [spec('x', dtype, shape)], outputs: [spec('y', dtype, shape)] };
  return echoModel(name, signature, traits);
}

/** Returns the number of its version for each instance. */
export function versionModel(
  name: string,
  version: string,
  isLatest: boolean,
  labels: readonly string[],
): InstancesModel {
  return {
    ...PLAIN,
    kind: 'instances',
    name,
    version,
    isLatest,
    labels,
    run: (instances, _context, finish) =>
      finish(
        undefined,
        instances.map(() => Number(version)),
        1,
      ),
  };
}

/** Has no signature and returns its instances. */
export function echoInstances(name: string): InstancesModel {
  return {
    ...PLAIN,
    kind: 'instances',
    name,
    run: (instances, _context, finish) => finish(undefined, instances, 1),
  };
}

/** A model under the names, and with the metadata, that `forkcast.json` gives its tensors. */
import { RequestError } from '../../errors.js';
import type { Model, PredictContext, TensorModel } from '../model.js';
import type { ModelPlan } from '../model-plan.js';
import type { TensorOverrides } from '../settings/tensor-forms.js';
import type { Signature } from '../tensor/signature.js';
import type { Tensor, Tensors } from '../tensor/tensor.js';
import { mapSpecs, type Renamed } from './spec-override.js';

type Overrides = Pick<ModelPlan, 'inputs' | 'outputs'>;

/**
 * The models a plan has given, as clients see them: themselves where `forkcast.json` maps nothing,
 * and with their own `run` where it renames nothing.
 *
 * @throws Error with all that does not fit the model
 */
export function withOverrides(
  models: readonly Model[],
  { inputs, outputs }: Overrides,
): readonly Model[] {
  if (inputs === undefined && outputs === undefined) return models;
  const [model, another] = models;
  if (model === undefined || another !== undefined || model.kind !== 'tensors') {
    const what =
      another === undefined ? 'the model has no signature' : 'the file gives several models';
    throw new Error(`inputs and outputs cannot be set in forkcast.json: ${what}`);
  }
  return [mapModel(model, inputs, outputs)];
}

function mapModel(
  model: TensorModel,
  inputs: TensorOverrides | undefined,
  outputs: TensorOverrides | undefined,
): TensorModel {
  const mapped = {
    inputs: mapSpecs(model.signature.inputs, inputs ?? {}, {
      side: 'inputs',
      runtime: model.runtime,
    }),
    outputs: mapSpecs(model.signature.outputs, outputs ?? {}, {
      side: 'outputs',
      runtime: model.runtime,
    }),
  };
  const faults = [...mapped.inputs.faults, ...mapped.outputs.faults];
  if (faults.length > 0) throw new Error(faults.join(' '));
  const signature: Signature = { inputs: mapped.inputs.specs, outputs: mapped.outputs.specs };
  const isRenamed = [...mapped.inputs.names, ...mapped.outputs.names].some(
    ({ own, served }) => own !== served,
  );
  if (!isRenamed) return { ...model, signature };
  return { ...model, signature, run: renamedRun(model, mapped.inputs.names, mapped.outputs.names) };
}

function renamedRun(
  model: TensorModel,
  inputNames: readonly Renamed[],
  outputNames: readonly Renamed[],
): TensorModel['run'] {
  const toOwn = inputNames.map(({ own, served }) => [served, own] as const);
  const toServed = outputNames.map(({ own, served }) => [own, served] as const);
  const servedNames = new Map(inputNames.map(({ own, served }) => [own, served]));
  return (inputs, context, finish) => {
    model.run(
      renamed(inputs, toOwn),
      withRenamedPieces(context, toServed),
      (error, outputs, runMicros, batchRows) => {
        const told = error && inServedNames(error, servedNames);
        finish(told, outputs && renamed(outputs, toServed), runMicros, batchRows);
      },
    );
  };
}

type Names = readonly (readonly [from: string, to: string])[];

/** What is absent, such as an optional input, stays absent. */
function renamed(tensors: Tensors, names: Names): Tensors {
  const result: Record<string, Tensor> = {};
  for (const [from, to] of names) {
    const tensor = tensors[from];
    if (tensor !== undefined) result[to] = tensor;
  }
  return result;
}

/** The same request, for a model that may answer piece by piece: pieces are outputs too. */
function withRenamedPieces(context: PredictContext, toServed: Names): PredictContext {
  const { takePiece } = context;
  if (takePiece === undefined) return context;
  return {
    requestId: context.requestId,
    get signal() {
      return context.signal;
    },
    get isAbandoned() {
      return context.isAbandoned;
    },
    waits: () => context.waits?.(),
    // What a model with a signature yields has been checked against it.
    takePiece: (piece) => takePiece(renamed(piece as Tensors, toServed)),
  };
}

/** A runtime names the inputs as its file does: what a client reads must be what it sent. */
function inServedNames(error: RequestError, names: ReadonlyMap<string, string>): RequestError {
  if (error.code !== 'INVALID_INPUT') return error;
  const message = error.message.replace(/"([^"]*)"/g, (quoted, name: string) => {
    const served = names.get(name);
    return served === undefined ? quoted : JSON.stringify(served);
  });
  return new RequestError(error.code, message, { cause: error });
}

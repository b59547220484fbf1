/** A model as the routes of its module run it: JSON values in, JSON values out. */
import type {
  Finish,
  InstancesModel,
  Model,
  PredictContext,
  TensorModel,
} from '../../model/model.js';
import type { Tensors } from '../../model/tensor/tensor.js';
import { ReplySerializer } from '../protocols/v1/reply.js';
import { readInstances, readTensors } from '../protocols/v1/request.js';
import type { OwnModel, OwnRunOptions } from './routes-plugin.js';

type Rows = readonly unknown[];

export function ownModel(model: Model): OwnModel {
  return {
    predict: async (instances, options = {}) =>
      model.kind === 'instances'
        ? runInstances(model, instances, options)
        : runTensors(model, instances, options),
  };
}

async function runInstances(
  model: InstancesModel,
  instances: Rows,
  options: OwnRunOptions,
): Promise<Rows> {
  const rows = readInstances({ instances }, model.name);
  const { whole, pieces } = await outcomeOf<Rows>(options, (context, finish) =>
    model.run(rows, context, finish),
  );
  return whole ?? pieces;
}

async function runTensors(
  model: TensorModel,
  instances: Rows,
  options: OwnRunOptions,
): Promise<Rows> {
  const { signature } = model;
  const asked = readTensors({ instances }, signature, Number.MAX_SAFE_INTEGER);
  const { whole, pieces } = await outcomeOf<Tensors>(options, (context, finish) =>
    model.run(asked.inputs, context, finish),
  );
  const replies = ReplySerializer.of(signature);
  const toRows = (outputs: Tensors): Rows => JSON.parse(replies.value(asked, outputs));
  return whole === undefined ? pieces.map(toRows) : toRows(whole);
}

/** The whole result, or the pieces of a model that streams. */
type Outcome<T> = { readonly whole: T | undefined; readonly pieces: readonly never[] };

function outcomeOf<T>(
  { requestId = 'own', signal = new AbortController().signal }: OwnRunOptions,
  run: (context: PredictContext, finish: Finish<T>) => void,
): Promise<Outcome<T>> {
  const pieces: unknown[] = [];
  const context: PredictContext = {
    requestId,
    signal,
    get isAbandoned() {
      return signal.aborted;
    },
    takePiece: (piece) => void pieces.push(piece),
  };
  return new Promise((resolve, reject) => {
    run(context, (error, whole) => {
      if (error === undefined) resolve({ whole, pieces: pieces as never[] });
      else reject(error);
    });
  });
}

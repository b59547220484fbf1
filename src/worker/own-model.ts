/** A model as the routes of its module run it: JSON values in, JSON values out. */
import { RequestError } from '../errors.js';
import type { Finish, Model, PredictContext } from '../model/model.js';
import { described } from '../model/place.js';
import type { Tensors } from '../model/tensor.js';
import { tensorReply } from './protocols/v1/reply.js';
import { readInstances, readTensors } from './protocols/v1/request.js';
import type { OwnModel, OwnRunOptions } from './routes-plugin.js';

type Reply = { readonly predictions: readonly unknown[] };

export function ownModel(model: Model): OwnModel {
  return {
    async predict(instances, options = {}) {
      const context = contextOf(options);
      const body = { instances };
      if (model.kind === 'instances') {
        const rows = readInstances(body, model.name);
        return settled<readonly unknown[]>((finish) => model.run(rows, context, finish));
      }
      const asked = readTensors(body, model.signature, Number.MAX_SAFE_INTEGER);
      const outputs = await settled<Tensors>((finish) => model.run(asked.inputs, context, finish));
      const reply = JSON.parse(tensorReply(asked, model.signature, outputs)) as Reply;
      return reply.predictions;
    },
  };
}

function contextOf({ requestId = 'own', signal }: OwnRunOptions): PredictContext {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    const problem = `signal: expected an AbortSignal, got ${described(signal)}`;
    throw new RequestError('MODEL_ERROR', problem);
  }
  const watched = signal ?? new AbortController().signal;
  return {
    requestId,
    signal: watched,
    get isAbandoned() {
      return watched.aborted;
    },
  };
}

function settled<T>(run: (finish: Finish<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    run((error, result) => {
      if (error === undefined && result !== undefined) resolve(result);
      else reject(error ?? new RequestError('MODEL_ERROR', 'the model has no whole result'));
    });
  });
}

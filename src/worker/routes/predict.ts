/** `POST /predict` and `POST /v1/models/NAME:predict`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.js';
import { noteFacts } from '../../link/reply-facts.js';
import { defaultModelOf } from '../../model/default-model.js';
import type { InstancesModel, Model, TensorModel } from '../../model/model.js';
import { sendError, sendJson, toRequestError } from '../error-handler.js';
import { parseJsonBody } from '../json-body.js';
import { checkJsonBody } from '../media-type.js';
import { bodyOf } from '../request-body.js';
import { RequestContext } from '../request-context.js';
import { instancesReply, tensorReply } from '../v1-reply.js';
import { readInstances, readTensors } from '../v1-request.js';
import type { WorkerLog } from '../worker-log.js';
import { allowOnly, notFound } from './not-found.js';

export type PredictOptions = {
  readonly models: readonly Model[];
  readonly defaultModel: string | undefined;
  readonly log: WorkerLog;
};

const VERB = ':predict';
/** Routes as logs and metrics name them. */
const DEFAULT_ROUTE = '/predict';
const NAMED_ROUTE = '/v1/models/:name:predict';

export function addPredictRoutes(app: FastifyInstance, options: PredictOptions): void {
  const { models, defaultModel, log } = options;
  const byTarget = new Map(models.map((model) => [model.name + VERB, model]));
  const standard = defaultModelOf(models, defaultModel);
  app.post('/predict', (request, reply) => {
    const model = standard ?? noDefault(models, defaultModel);
    new Prediction(request, reply, DEFAULT_ROUTE, log).start(model);
  });
  // Matched as a whole and split here: a router's patterns know no literal colon after a name.
  app.post<{ Params: { target: string } }>('/v1/models/:target', (request, reply) => {
    const { target } = request.params;
    const model = byTarget.get(target) ?? unknownTarget(target, models, request);
    new Prediction(request, reply, NAMED_ROUTE, log).start(model);
  });
}

function noDefault(models: readonly Model[], name: string | undefined): RequestError {
  const why =
    name === undefined ? 'there is no default model' : `the default model "${name}" is not here`;
  const message = `${why}; expected POST /v1/models/NAME:predict with NAME one of: ${namesOf(models)}`;
  return new RequestError('MODEL_NOT_FOUND', message);
}

function unknownTarget(
  target: string,
  models: readonly Model[],
  request: FastifyRequest,
): RequestError {
  if (!target.includes(':')) return allowOnly('GET, HEAD', request);
  if (!target.endsWith(VERB)) return notFound(request);
  const name = JSON.stringify(target.slice(0, -VERB.length).slice(0, 128));
  const message = `there is no model ${name}; expected one of: ${namesOf(models)}`;
  return new RequestError('MODEL_NOT_FOUND', message);
}

function namesOf(models: readonly Model[]): string {
  return models.map((model) => model.name).join(', ');
}

/** One request on its way: read → run → replied, or failed from any of them. */
class Prediction {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #route: string;
  readonly #log: WorkerLog;
  #model = '';
  #rows = 0;
  #runMicros = 0;

  constructor(request: FastifyRequest, reply: FastifyReply, route: string, log: WorkerLog) {
    this.#request = request;
    this.#reply = reply;
    this.#route = route;
    this.#log = log;
  }

  start(model: Model | RequestError): void {
    try {
      if (model instanceof RequestError) throw model;
      this.#model = model.name;
      checkJsonBody(this.#request.headers);
      const bytes = bodyOf(this.#request);
      const body = parseJsonBody(bytes);
      if (model.kind === 'tensors') this.#runTensors(model, body, bytes.length);
      else this.#runInstances(model, body);
    } catch (error) {
      this.#fail(error);
    }
  }

  #runTensors(model: TensorModel, body: unknown, bodyBytes: number): void {
    const asked = readTensors(body, model.signature, bodyBytes);
    this.#rows = asked.rows;
    const context = new RequestContext(this.#reply);
    model.run(asked.inputs, context, (error, outputs, runMicros, batchRows) => {
      this.#rows = batchRows ?? asked.rows;
      this.#finish(error, runMicros, () => tensorReply(asked, model.signature, outputs ?? {}));
    });
  }

  #runInstances(model: InstancesModel, body: unknown): void {
    const instances = readInstances(body, model.name);
    this.#rows = instances.length;
    model.run(instances, new RequestContext(this.#reply), (error, predictions, runMicros) => {
      this.#finish(error, runMicros, () => instancesReply(model.name, predictions ?? []));
    });
  }

  #finish(error: RequestError | undefined, runMicros: number, toText: () => string): void {
    this.#runMicros = runMicros;
    try {
      if (error !== undefined) throw error;
      const text = toText();
      noteFacts(this.#reply.raw, this.#facts());
      sendJson(this.#reply, text);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(cause: unknown): void {
    const error = toRequestError(cause);
    if (error.code === 'MODEL_ERROR') {
      const facts = { err: error.cause ?? error, model: this.#model, requestId: this.#request.id };
      this.#log.error(facts, 'model failed');
    } else if (error.code === 'INTERNAL_ERROR') {
      this.#log.error({ err: cause, requestId: this.#request.id }, 'request failed unexpectedly');
    }
    // Nobody is there to read it, and Fastify would complain.
    if (!this.#reply.raw.destroyed) sendError(this.#reply, error, this.#facts());
  }

  #facts(): { route: string; model: string; runMicros: number; rows: number } {
    return {
      route: this.#route,
      model: this.#model,
      runMicros: this.#runMicros,
      rows: this.#rows,
    };
  }
}

/** The one way of every prediction, whatever its protocol. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { noteFacts, type ReplyFacts } from '../link/reply-facts.js';
import type { InstancesModel, Model, TensorModel } from '../model/model.js';
import { sendError, sendJson, toRequestError } from './error-handler.js';
import type { Body, Protocol, Reply } from './protocol.js';
import { bodyOf } from './request-body.js';
import { RequestContext } from './request-context.js';
import type { WorkerLog } from './worker-log.js';

/** What all requests of a route have in common. */
export type InferenceRoute = {
  /** The route as logs and metrics name it. */
  readonly label: string;
  readonly protocol: Protocol;
  readonly log: WorkerLog;
};

/** One request on its way: read → run → replied, or failed from any of them. */
export class Inference {
  readonly #route: InferenceRoute;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  #model = '';
  #rows = 0;
  #runMicros = 0;

  constructor(route: InferenceRoute, request: FastifyRequest, reply: FastifyReply) {
    this.#route = route;
    this.#request = request;
    this.#reply = reply;
  }

  /** @param model the one to run, or why there is none */
  start(model: Model | RequestError): void {
    try {
      if (model instanceof RequestError) throw model;
      this.#model = model.name;
      const body = { bytes: bodyOf(this.#request), headers: this.#request.headers };
      if (model.kind === 'tensors') this.#runTensors(model, body);
      else this.#runInstances(model, body);
    } catch (error) {
      this.#fail(error);
    }
  }

  #runTensors(model: TensorModel, body: Body): void {
    const exchange = this.#route.protocol.readTensors(body, model);
    this.#rows = exchange.rows;
    const context = new RequestContext(this.#reply);
    model.run(exchange.inputs, context, (error, outputs, runMicros, batchRows) => {
      this.#rows = batchRows ?? exchange.rows;
      this.#finish(error, runMicros, () => exchange.reply(outputs ?? {}));
    });
  }

  #runInstances(model: InstancesModel, body: Body): void {
    const exchange = this.#route.protocol.readInstances(body, model);
    const { instances } = exchange;
    this.#rows = instances.length;
    model.run(instances, new RequestContext(this.#reply), (error, predictions, runMicros) => {
      this.#finish(error, runMicros, () => exchange.reply(predictions ?? []));
    });
  }

  #finish(error: RequestError | undefined, runMicros: number, toReply: () => Reply): void {
    this.#runMicros = runMicros;
    try {
      if (error !== undefined) throw error;
      const reply = toReply();
      noteFacts(this.#reply.raw, this.#facts());
      if (typeof reply === 'string') sendJson(this.#reply, reply);
      else this.#reply.headers(reply.headers).send(reply.bytes);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(cause: unknown): void {
    const error = toRequestError(cause);
    const { log } = this.#route;
    const requestId = this.#request.id;
    if (error.code === 'MODEL_ERROR') {
      log.error({ err: error.cause ?? error, model: this.#model, requestId }, 'model failed');
    } else if (error.code === 'INTERNAL_ERROR') {
      log.error({ err: cause, requestId }, 'request failed unexpectedly');
    }
    // Nobody is there to read it, and Fastify would complain.
    if (!this.#reply.raw.destroyed) sendError(this.#reply, error, this.#facts());
  }

  #facts(): ReplyFacts {
    return {
      route: this.#route.label,
      model: this.#model,
      runMicros: this.#runMicros,
      rows: this.#rows,
    };
  }
}

/** The one way of every prediction, whatever its protocol. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import type { FrameFigures } from '../link/frame.js';
import { NO_FACTS, noteFacts, type ReplyFacts } from '../link/reply-facts.js';
import type { InstancesModel, Model, TensorModel } from '../model/model.js';
import { microsSince } from '../model/run-queue.js';
import { decodedBody } from './body-decoding.js';
import { sendError, sendJson, toRequestError } from './error-handler.js';
import type { Body, Protocol, Reply } from './protocol.js';
import { encodedReply } from './reply-encoding.js';
import { bodyOf } from './request-body.js';
import { RequestContext } from './request-context.js';
import type { WorkerLog } from './worker-log.js';

/** What all requests of a route have in common. */
export type InferenceRoute = {
  /** The route as logs and metrics name it. */
  readonly label: string;
  readonly protocol: Protocol;
} & InferenceOptions;

/** What all routes have in common. */
export type InferenceOptions = {
  readonly log: WorkerLog;
  /** Of a body without its content encoding. */
  readonly maxBodyBytes: number;
};

/** One request on its way: read → run → replied, or failed from any of them. */
export class Inference {
  readonly #route: InferenceRoute;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  #model: Model | undefined;
  /** When it came, and when its body had been read. */
  readonly #startedAt = performance.now();
  #readAt = 0;
  #ownRows = 0;
  #batchRows = 0;
  #runMicros = 0;
  #outputMicros = 0;

  constructor(route: InferenceRoute, request: FastifyRequest, reply: FastifyReply) {
    this.#route = route;
    this.#request = request;
    this.#reply = reply;
  }

  /** @param model the one to run, or why there is none */
  start(model: Model | RequestError): void {
    try {
      if (model instanceof RequestError) throw model;
      this.#model = model;
      const body = this.#body();
      if (model.kind === 'tensors') this.#runTensors(model, body);
      else this.#runInstances(model, body);
    } catch (error) {
      this.#fail(error);
    }
  }

  #body(): Body {
    const { headers } = this.#request;
    const encoding = headers['content-encoding'];
    const bytes = decodedBody(bodyOf(this.#request), encoding, this.#route.maxBodyBytes);
    return { bytes, headers };
  }

  #runTensors(model: TensorModel, body: Body): void {
    const exchange = this.#route.protocol.readTensors(body, model);
    this.#hasRead(exchange.rows);
    const context = new RequestContext(this.#reply);
    model.run(exchange.inputs, context, (error, outputs, runMicros, batchRows) => {
      if (batchRows !== undefined) this.#batchRows = batchRows;
      this.#finish(error, runMicros, () => exchange.reply(outputs ?? {}));
    });
  }

  #runInstances(model: InstancesModel, body: Body): void {
    const exchange = this.#route.protocol.readInstances(body, model);
    const { instances } = exchange;
    this.#hasRead(instances.length);
    model.run(instances, new RequestContext(this.#reply), (error, predictions, runMicros) => {
      this.#finish(error, runMicros, () => exchange.reply(predictions ?? []));
    });
  }

  #hasRead(rows: number): void {
    this.#readAt = performance.now();
    this.#ownRows = rows;
    this.#batchRows = rows;
  }

  #finish(error: RequestError | undefined, runMicros: number, toReply: () => Reply): void {
    this.#runMicros = runMicros;
    try {
      if (error !== undefined) throw error;
      const runAt = performance.now();
      const reply = encodedReply(toReply(), this.#request.headers['accept-encoding']);
      this.#outputMicros = microsSince(runAt);
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
      log.error({ err: error.cause ?? error, model: this.#model?.name, requestId }, 'model failed');
    } else if (error.code === 'INTERNAL_ERROR') {
      log.error({ err: cause, requestId }, 'request failed unexpectedly');
    }
    // Nobody is there to read it, and Fastify would complain.
    if (!this.#reply.raw.destroyed) sendError(this.#reply, error, this.#facts());
  }

  #facts(): ReplyFacts {
    const { label } = this.#route;
    if (this.#model === undefined) return { ...NO_FACTS, route: label };
    const { name, version } = this.#model;
    return { route: label, model: name, version, code: '', figures: this.#figures() };
  }

  #figures(): FrameFigures {
    const inputMs = this.#readAt === 0 ? 0 : this.#readAt - this.#startedAt;
    return {
      runMicros: this.#runMicros,
      inputMicros: inputMs * 1000,
      outputMicros: this.#outputMicros,
      rows: this.#batchRows,
      ownRows: this.#ownRows,
    };
  }
}

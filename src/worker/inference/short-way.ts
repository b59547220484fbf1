import { channel } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyServerFactory } from 'fastify';
import type { RequestError } from '../../errors.js';
import type { LinkReply } from '../../link/server/link-reply.js';
import { LinkRequest } from '../../link/server/link-request.js';
import type { Model } from '../../model/model.js';
import { Inference, type InferenceRoute } from './inference.js';
import { LinkCall } from './link-call.js';

type Target = { readonly route: InferenceRoute; readonly model: Model | RequestError };

/** Content types of bodies that Fastify would hand over unparsed; it judges all others. */
const PLAIN_TYPES: ReadonlySet<string | undefined> = new Set([
  undefined,
  'application/json',
  'application/octet-stream',
]);
/** A tracer of Fastify's handlers wants to see all of them. */
const traced = channel('tracing:fastify.request.handler:start');

/**
 * The way of nearly all requests from the link to their inference, past Fastify: those whose path
 * names a model in the usual spelling. Fastify would have nothing to route, to parse or to call for
 * them, and would cost more than reading and writing the body.
 */
export class ShortWay {
  readonly #targets: Map<string, Target> = new Map();
  /**
   * The target of the request before. Clients ask for the same with the same headers, which then
   * come as one object.
   */
  #lastTarget: Target | undefined;
  #lastUrl = '';
  #lastHeaders: IncomingHttpHeaders | undefined;

  /** Requests `POST path` are for that model. */
  add(path: string, route: InferenceRoute, model: Model | RequestError): void {
    this.#targets.set(path, { route, model });
  }

  /** The server that `factory` makes, with this before its handler. */
  before(factory: FastifyServerFactory): FastifyServerFactory {
    return (handler, options) =>
      factory((request, reply) => {
        if (!this.#take(request, reply)) handler(request, reply);
      }, options);
  }

  #take(request: IncomingMessage, reply: ServerResponse): boolean {
    const asked: object = request;
    if (!(asked instanceof LinkRequest) || asked.method !== 'POST') return false;
    const target = this.#targetOf(asked);
    if (target === undefined || asked.requestId === '' || traced.hasSubscribers) return false;
    const call = new LinkCall(asked, reply as unknown as LinkReply);
    new Inference(target.route, call).start(target.model);
    return true;
  }

  #targetOf({ url, commonHeaders }: LinkRequest): Target | undefined {
    if (commonHeaders === this.#lastHeaders && url === this.#lastUrl) return this.#lastTarget;
    const isPlain = PLAIN_TYPES.has(commonHeaders['content-type']);
    this.#lastTarget = isPlain ? this.#targets.get(url) : undefined;
    this.#lastUrl = url;
    this.#lastHeaders = commonHeaders;
    return this.#lastTarget;
  }
}

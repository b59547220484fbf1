import type { FastifyReply } from 'fastify';
import type { PredictContext } from '../model/model.js';

/**
 * What a model may know of its request. The signal costs a controller and a listener, so it is
 * made for those that look at it.
 */
export class RequestContext implements PredictContext {
  readonly #reply: FastifyReply;
  #controller: AbortController | undefined;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
  }

  get requestId(): string {
    return this.#reply.request.id;
  }

  get isAbandoned(): boolean {
    const { raw } = this.#reply;
    return raw.destroyed && !raw.writableFinished;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#watch();
    return this.#controller.signal;
  }

  #watch(): AbortController {
    const controller = new AbortController();
    if (this.isAbandoned) controller.abort();
    else {
      const { raw } = this.#reply;
      raw.once('close', () => {
        if (!raw.writableFinished) controller.abort();
      });
    }
    return controller;
  }
}

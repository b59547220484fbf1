import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestError } from '../../errors.js';
import type { ReplyFacts } from '../../link/frames/reply-facts.js';
import { bodyOf } from '../body/request-body.js';
import { sendError, sendJson } from '../error-handler.js';
import type { BinaryReply } from '../protocol.js';
import type { Call } from './call.js';

/** A call that Fastify has routed. */
export class FastifyCall implements Call {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request;
    this.#reply = reply;
  }

  get id(): string {
    return this.#request.id;
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  get body(): Buffer {
    return bodyOf(this.#request);
  }

  get raw(): ServerResponse {
    return this.#reply.raw;
  }

  sendJson(text: string): void {
    sendJson(this.#reply, text);
  }

  sendBytes({ bytes, headers }: BinaryReply): void {
    this.#reply.headers(headers).send(bytes);
  }

  sendError(error: RequestError, facts: ReplyFacts): void {
    sendError(this.#reply, error, facts);
  }

  takeOver(): void {
    this.#reply.hijack();
  }
}

import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { errorBody, type RequestError } from '../../errors.js';
import { noteFacts, type ReplyFacts } from '../../link/frames/reply-facts.js';
import type { LinkReply } from '../../link/server/link-reply.js';
import type { LinkRequest } from '../../link/server/link-request.js';
import { JSON_TYPE } from '../error-handler.js';
import type { BinaryReply } from '../protocol.js';
import type { Call } from './call.js';

/** A call that came over the link and needs nothing of Fastify; it replies as Fastify would. */
export class LinkCall implements Call {
  readonly #request: LinkRequest;
  readonly #reply: LinkReply;

  constructor(request: LinkRequest, reply: LinkReply) {
    this.#request = request;
    this.#reply = reply;
  }

  get id(): string {
    return this.#request.requestId;
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.commonHeaders;
  }

  get body(): Buffer {
    return this.#request.whole;
  }

  get raw(): ServerResponse {
    return this.#reply as unknown as ServerResponse;
  }

  sendJson(text: string, isAscii: boolean): void {
    this.#reply.endJson(text, isAscii);
  }

  sendBytes({ bytes, headers }: BinaryReply): void {
    this.#send(200, headers, bytes);
  }

  sendError(error: RequestError, facts: ReplyFacts): void {
    noteFacts(this.#reply, { ...facts, code: error.code });
    const body = Buffer.from(errorBody(error.code, error.message, this.id));
    this.#send(error.statusCode, { ...error.headers, 'content-type': JSON_TYPE }, body);
  }

  #send(status: number, headers: Readonly<Record<string, string>>, body: Buffer): void {
    this.#reply.writeHead(status, { ...headers, 'content-length': String(body.length) });
    this.#reply.end(body);
  }

  takeOver(): void {}
}

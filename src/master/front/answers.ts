/**
 * Gives answers to clients: whole ones, streamed ones and errors, whichever way
 * their requests came. Every answer goes through `finish` exactly once, which is
 * where accounting happens.
 */
import { type ErrorCode, errorBody, RequestError } from '../../errors.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import type { ClientRequest } from '../client-request.js';
import { addCrossOrigin } from '../trust/cross-origin.js';
import type { WholeReply } from './outlet.js';

export type AnswerPorts = {
  /** Answers that clients have not taken yet are held in it. */
  readonly budget: ByteBudget;
  isDraining(): boolean;
  /** The answer is complete (or cut off): metrics, log line, budget. Called once per request. */
  finished(request: ClientRequest): void;
};

export class Answers {
  readonly #ports: AnswerPorts;

  constructor(ports: AnswerPorts) {
    this.#ports = ports;
  }

  /** A whole answer. `headers` is a flat list and is taken over. */
  whole(request: ClientRequest, status: number, headers: string[], body: Buffer): void {
    if (request.isAnswered) return;
    this.#addOwnHeaders(request, headers);
    request.outlet.whole(status, headers, body);
    request.bytesOut = body.length;
    this.#finish(request, status);
    this.#watchReader(request);
  }

  /** A worker's whole reply. */
  reply(request: ClientRequest, reply: WholeReply, body: Buffer): void {
    if (request.crossOrigin !== undefined || this.#ports.isDraining()) {
      this.whole(request, reply.status, reply.lines.headersWith(reply.contentLength), body);
      return;
    }
    if (request.isAnswered) return;
    request.reply = reply;
    request.outlet.reply(reply, request.requestId, body);
    request.bytesOut = body.length;
    this.#finish(request, reply.status);
    this.#watchReader(request);
  }

  text(
    request: ClientRequest,
    status: number,
    contentType: string,
    text: string,
    extraHeaders: readonly string[] = [],
  ): void {
    const body = Buffer.from(text);
    const length = String(body.length);
    const headers = ['content-type', contentType, 'content-length', length, ...extraHeaders];
    this.whole(request, status, headers, body);
  }

  error(request: ClientRequest, error: RequestError): void {
    request.code = error.code;
    const text = errorBody(error.code, error.message, request.requestId);
    const headers = Object.entries(error.headers).flat();
    this.text(request, error.statusCode, 'application/json', text, headers);
  }

  /** The head of a streamed answer. */
  begin(request: ClientRequest, status: number, headers: string[]): void {
    if (request.isAnswered) return;
    this.#addOwnHeaders(request, headers);
    request.status = status;
    request.outlet.begin(status, headers);
  }

  /** @returns false when the client reads too slowly: send no more before `whenDrained` calls back */
  chunk(request: ClientRequest, chunk: Buffer): boolean {
    if (request.isAnswered) return true;
    request.bytesOut += chunk.length;
    return request.outlet.chunk(chunk);
  }

  /** Calls back when the client has caught up; one that takes nothing for the write timeout is cut. */
  whenDrained(request: ClientRequest, callback: () => void): void {
    request.connection.holdBack(request.outlet, callback);
  }

  end(request: ClientRequest, trailers: readonly string[]): void {
    if (request.isAnswered) return;
    request.outlet.end(trailers);
    this.#finish(request, request.status);
    this.#watchReader(request);
  }

  /** Ends an answer that cannot be completed; the client sees its connection cut. */
  cutOff(request: ClientRequest, code: ErrorCode): void {
    if (request.isAnswered) return;
    request.code = code;
    this.#finish(request, request.status);
    request.outlet.cut();
  }

  /** The client left before its answer: 499 in log and metric. */
  left(request: ClientRequest): void {
    if (request.isAnswered) return;
    const error = new RequestError('CLIENT_CLOSED_REQUEST', 'the client left before its answer');
    request.code = error.code;
    this.#finish(request, error.statusCode);
  }

  /** Counts an answer that was written raw, past its outlet. */
  writtenRaw(request: ClientRequest, error: RequestError, bytes: number): void {
    if (request.isAnswered) return;
    request.code = error.code;
    request.bytesOut = bytes;
    this.#finish(request, error.statusCode);
  }

  #addOwnHeaders(request: ClientRequest, headers: string[]): void {
    headers.push('x-request-id', request.requestId);
    if (this.#ports.isDraining()) headers.push('connection', 'close');
    if (request.crossOrigin !== undefined) addCrossOrigin(headers, request.crossOrigin);
    request.answerHeaderList = headers;
  }

  #finish(request: ClientRequest, status: number): void {
    request.status = status;
    request.isAnswered = true;
    request.connection.remove(request);
    this.#ports.finished(request);
  }

  /**
   * What the kernel did not take at once counts as held, and is dropped when the client stops
   * reading.
   */
  #watchReader(request: ClientRequest): void {
    const { outlet } = request;
    const bytes = outlet.untakenBytes;
    if (bytes === 0) return;
    this.#ports.budget.add(bytes);
    request.connection.whenTaken(outlet, bytes, () => this.#ports.budget.release(bytes));
  }
}

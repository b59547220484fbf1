import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestError } from '../../errors.js';
import type { ClientRequest } from '../client-request.js';
import type { Connection } from './connection.js';
import { HttpOutlet } from './http-outlet.js';
import type { Reception } from './reception.js';
import { type HeadLimits, type RequestHead, readHead } from './request-head.js';

/** Takes to the reception what `node:http` has read: all requests that are not of the plainest form. */
export class HttpReader {
  readonly #reception: Reception;
  readonly #connectionOf: (socket: Duplex) => Connection | undefined;
  readonly #limits: () => HeadLimits;

  constructor(
    reception: Reception,
    connectionOf: (socket: Duplex) => Connection | undefined,
    limits: () => HeadLimits,
  ) {
    this.#reception = reception;
    this.#connectionOf = connectionOf;
    this.#limits = limits;
  }

  readFrom(server: Server): void {
    server.on('request', (message, response) => this.#handle(message, response, false));
    server.on('checkContinue', (message, response) => this.#handle(message, response, true));
    server.on('checkExpectation', (message, response) => this.#badExpectation(message, response));
  }

  #handle(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const request = this.#accept(message, response);
    const head = request && this.#headOf(message, request);
    if (request === undefined || head === undefined) return;
    const intake = this.#reception.serve(request, head, expectsContinue);
    if (intake === undefined) return;
    message.on('data', (piece: Buffer) => intake.take(request, piece));
    if (request.declaredBytes === undefined) message.on('end', () => intake.end(request));
  }

  #badExpectation(message: IncomingMessage, response: ServerResponse): void {
    const request = this.#accept(message, response);
    const head = request && this.#headOf(message, request);
    if (request === undefined || head === undefined) return;
    this.#reception.refuseExpectation(request, head, message.headers.expect ?? '');
  }

  #accept(message: IncomingMessage, response: ServerResponse): ClientRequest | undefined {
    const connection = this.#connectionOf(message.socket);
    if (connection === undefined || connection.isEnding) return undefined;
    const { method = 'GET' } = message;
    // The beginning of HTTP/2: node:http would destroy the socket at once, whatever answers are due.
    if (method === 'PRI') connection.shieldForNow();
    const outlet = new HttpOutlet(message, response);
    return this.#reception.open(connection, outlet, method, isHttp11(message));
  }

  /** Undefined when the request was refused by its head alone. */
  #headOf(message: IncomingMessage, request: ClientRequest): RequestHead | undefined {
    const { url = '/', rawHeaders } = message;
    try {
      return readHead(request.method, url, rawHeaders, isHttp11(message), this.#limits());
    } catch (error) {
      this.#reception.refuseHead(request, error as RequestError);
      return undefined;
    }
  }
}

function isHttp11({ httpVersionMajor, httpVersionMinor }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && httpVersionMinor === 1;
}

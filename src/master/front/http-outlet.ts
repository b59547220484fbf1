import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Outlet, WholeReply } from './outlet.js';
import { pairs } from './raw-answer.js';

/** Up to this size a body is written in one string with its head: one write, not two. */
const ONE_WRITE_BYTES = 16 * 1024;

/** The answer to a request that came through `node:http`. */
export class HttpOutlet implements Outlet {
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(message: IncomingMessage, response: ServerResponse) {
    this.#message = message;
    this.#response = response;
  }

  whole(status: number, headers: readonly string[], body: Buffer): void {
    const response = this.#response;
    response.writeHead(status, headers as string[]);
    if (body.length <= ONE_WRITE_BYTES) response.end(body.toString('latin1'), 'latin1');
    else response.end(body);
  }

  reply({ status, lines, contentLength }: WholeReply, requestId: string, body: Buffer): void {
    const headers = lines.headersWith(contentLength);
    headers.push('x-request-id', requestId);
    this.whole(status, headers, body);
  }

  begin(status: number, headers: readonly string[]): void {
    this.#response.writeHead(status, headers as string[]);
    this.#response.flushHeaders();
  }

  chunk(chunk: Buffer): boolean {
    return this.#response.write(chunk);
  }

  end(trailers: readonly string[]): void {
    if (trailers.length > 0) this.#response.addTrailers(pairs(trailers));
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }

  sendContinue(): void {
    this.#response.writeContinue();
  }

  discardBody(): void {
    this.#message.removeAllListeners('data');
    this.#message.resume();
  }

  get hasWholeBody(): boolean {
    return this.#message.complete;
  }

  get untakenBytes(): number {
    return this.#response.writableLength;
  }

  get isClosed(): boolean {
    return this.#response.closed;
  }

  get hasTurn(): boolean {
    return this.#response.socket !== null;
  }

  onTurn(callback: () => void): void {
    this.#response.once('socket', callback);
  }

  onClose(callback: () => void): void {
    this.#response.once('close', callback);
  }

  onDrain(callback: () => void): void {
    this.#response.once('drain', callback);
  }
}

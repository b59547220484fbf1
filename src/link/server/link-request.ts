import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { FLAG } from '../frames/frame.js';
import { hasListeners, LightReadable } from './light-emitter.js';
import { type Destroyable, LinkSocket } from './link-socket.js';
import { nodeError } from './node-error.js';
import { separateHeaders } from './request-headers.js';
import type { RequestTemplate } from './request-template.js';

type ReadableState = Readable extends { _readableState: infer State } ? State : object;

const construct = Readable as unknown as { call(stream: Readable): void };

/**
 * A request as a handler sees it: `IncomingMessage` to all appearances.
 *
 * Its body is already here, as `whole`. It is a `Readable` as well, but becomes
 * one only when somebody touches the stream; headers and socket are made at the
 * first look, too.
 */
export class LinkRequest extends LightReadable {
  method: string;
  url: string;
  /** The full body; empty when there is none. Shares its memory with other requests: do not write into it. */
  readonly whole: Buffer;
  /** The client left, or the reply was destroyed, before the reply was complete. */
  aborted = false;
  /** As in Node: somebody has begun to read. */
  _consuming = false;
  readonly #template: RequestTemplate;
  /** Request id and client, each a line. */
  readonly #own: string;
  readonly #flags: number;
  #reply: Destroyable | undefined = undefined;
  #headers: IncomingHttpHeaders | undefined = undefined;
  #rawHeaders: string[] | undefined = undefined;
  #socket: LinkSocket | null | undefined = undefined;
  #state: ReadableState | undefined = undefined;

  /** @param own what the template does not have: request id and client, with a line feed between */
  constructor(template: RequestTemplate, own: string, flags: number, whole: Buffer) {
    super();
    this.method = template.method;
    this.url = template.url;
    this.#template = template;
    this.#own = own;
    this.whole = whole;
    this.#flags = flags;
  }

  get headers(): IncomingHttpHeaders {
    this.#headers ??= this.#makeHeaders();
    return this.#headers;
  }

  /** Those that are not its own alone, and not to be changed: no length and no request id. */
  get commonHeaders(): IncomingHttpHeaders {
    return this.#template.headers;
  }

  set headers(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  get rawHeaders(): string[] {
    this.#rawHeaders ??= this.#makeRawHeaders();
    return this.#rawHeaders;
  }

  get headersDistinct(): Record<string, string[]> {
    return separateHeaders(this.rawHeaders);
  }

  get httpVersionMajor(): number {
    return 1;
  }

  get httpVersionMinor(): number {
    return (this.#flags & FLAG.HTTP_1_0) === 0 ? 1 : 0;
  }

  get httpVersion(): string {
    return `1.${this.httpVersionMinor}`;
  }

  get socket(): LinkSocket | null {
    if (this.#socket === undefined) {
      const isEncrypted = (this.#flags & FLAG.ENCRYPTED) !== 0;
      const client = this.#own.slice(this.#own.indexOf('\n') + 1);
      this.#socket = new LinkSocket(client, isEncrypted, this.#reply ?? this);
      if (this.aborted) this.#socket.closed();
    }
    return this.#socket;
  }

  /** `stream.pipeline` takes the socket away from a request it destroys, so that the reply lives on. */
  set socket(socket: LinkSocket | null) {
    this.#socket = socket;
  }

  get connection(): LinkSocket | null {
    return this.socket;
  }

  set connection(socket: LinkSocket | null) {
    this.#socket = socket;
  }

  /** Always true: the master hands over only requests it has read to the end. */
  get complete(): boolean {
    return true;
  }

  get trailers(): Record<string, string> {
    return {};
  }

  get rawTrailers(): string[] {
    return [];
  }

  /** As in Node: `stream.pipeline` recognises a server's request by this. */
  get _dumped(): boolean {
    return false;
  }

  get _readableState(): ReadableState {
    if (this.#state === undefined) construct.call(this);
    return this.#state as ReadableState;
  }

  set _readableState(state: ReadableState) {
    this.#state = state;
  }

  /** Listening to anything but the stream itself does not start the stream. */
  override on(event: string | symbol, listener: (...values: never[]) => void): this {
    if (event === 'data' || event === 'readable') return super.on(event, listener as never);
    return EventEmitter.prototype.on.call(this, event, listener as never) as this;
  }

  override addListener(event: string | symbol, listener: (...values: never[]) => void): this {
    return this.on(event, listener);
  }

  override removeListener(event: string | symbol, listener: (...values: never[]) => void): this {
    if (event === 'data' || event === 'readable')
      return super.removeListener(event, listener as never);
    return EventEmitter.prototype.removeListener.call(this, event, listener as never) as this;
  }

  override off(event: string | symbol, listener: (...values: never[]) => void): this {
    return this.removeListener(event, listener);
  }

  setTimeout(timeoutMs: number, listener?: () => void): this {
    if (listener !== undefined) this.on('timeout', listener);
    this.socket?.setTimeout(timeoutMs);
    return this;
  }

  override _read(): void {
    this._consuming = true;
    if (this.whole.length > 0) this.push(this.whole);
    this.push(null);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.readableEnded) this.#markAborted();
    // A null socket is pipeline's way to say: only the request, not the reply.
    if (this.aborted && this.#socket !== null) this.#reply?.destroy(error ?? undefined);
    process.nextTick(passError, this, error, callback);
  }

  /** Says whose reply ends this request. */
  answeredBy(reply: Destroyable): void {
    this.#reply = reply;
  }

  /** The reply will never be complete: tells everybody who listens. */
  abort(): void {
    this.#markAborted();
    this.#socket?.closed();
    this.destroy(nodeError('ECONNRESET', 'aborted'));
  }

  /** The reply is out: drops what nobody has read, and so comes to 'close', as Node's server does. */
  dump(): void {
    if (this._consuming || (this.#state === undefined && !hasListeners(this))) return;
    this.removeAllListeners('data');
    this.resume();
  }

  /** '' when it came without one. */
  get requestId(): string {
    return this.#own.slice(0, this.#own.indexOf('\n'));
  }

  get #hasLength(): boolean {
    return (this.#flags & FLAG.HAS_LENGTH) !== 0;
  }

  #makeHeaders(): IncomingHttpHeaders {
    const headers = this.#template.copyHeaders();
    const { requestId } = this;
    if (this.#hasLength) headers['content-length'] = String(this.whole.length);
    if (requestId !== '') headers['x-request-id'] = requestId;
    return headers;
  }

  #makeRawHeaders(): string[] {
    const headers = [...this.#template.rawHeaders];
    const { requestId } = this;
    if (this.#hasLength) headers.push('content-length', String(this.whole.length));
    if (requestId !== '') headers.push('x-request-id', requestId);
    return headers;
  }

  #markAborted(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.emit('aborted');
  }
}

/** As in Node, a request's error is emitted only when somebody listens for it. */
function passError(
  request: LinkRequest,
  error: Error | null,
  callback: (error?: Error | null) => void,
): void {
  callback(request.listenerCount('error') === 0 ? null : error);
}

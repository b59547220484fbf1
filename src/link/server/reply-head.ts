import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';
import { NO_LENGTH } from '../frames/frame.js';
import { HeadLines, pairs } from '../frames/head-lines.js';
import {
  checkHeaderValue,
  type HeaderValue,
  headerKey,
  isValidText,
} from '../frames/header-rules.js';
import { LightEmitter } from './light-emitter.js';
import type { LinkRequest } from './link-request.js';
import { headersSent, nodeError } from './node-error.js';

type Stored = { readonly name: string; value: HeaderValue };

/**
 * The head of a reply, with the rules of Node's `ServerResponse`: headers are
 * stored until `writeHead`, then fixed. The reason phrase is kept for whoever
 * looks, but does not travel.
 */
export abstract class ReplyHead extends LightEmitter {
  readonly req: LinkRequest;
  statusCode = 200;
  statusMessage: string | undefined = undefined;
  useChunkedEncodingByDefault: boolean;
  /** Its body, if any, goes out in pieces of unknown number; only then can trailers follow. */
  chunkedEncoding = false;
  /** The headers as lines, once they are fixed. */
  head: string | undefined = undefined;
  /** What the head states of the body's length. */
  contentLength: number = NO_LENGTH;
  /** HEAD, 204 and 304 never have one. */
  protected hasBody: boolean;
  /** Length of the whole body, when it is known before the head is fixed. */
  protected wholeBytes: number | undefined = undefined;
  #stored: Map<string, Stored> | undefined = undefined;
  #isLengthRemoved = false;
  #isEncodingRemoved = false;

  constructor(request: LinkRequest) {
    super();
    this.req = request;
    this.hasBody = request.method !== 'HEAD';
    this.useChunkedEncodingByDefault = request.httpVersionMinor === 1;
  }

  get headersSent(): boolean {
    return this.head !== undefined;
  }

  setHeader(name: string, value: HeaderValue): this {
    if (this.head !== undefined) throw headersSent('set');
    const key = headerKey(name);
    checkHeaderValue(name, value);
    this.#stored ??= new Map();
    this.#stored.set(key, { name, value });
    return this;
  }

  /** From `Headers` or a `Map`; several `set-cookie` are kept apart. */
  setHeaders(headers: Headers | Map<string, HeaderValue>): this {
    if (this.head !== undefined) throw headersSent('set');
    const cookies: string[] = [];
    for (const [name, value] of headers as Iterable<[string, HeaderValue]>) {
      if (name === 'set-cookie') cookies.push(...asList(value));
      else this.setHeader(name, value);
    }
    if (cookies.length > 0) this.setHeader('set-cookie', cookies);
    return this;
  }

  appendHeader(name: string, value: string | readonly string[]): this {
    if (this.head !== undefined) throw headersSent('append');
    const stored = this.#stored?.get(headerKey(name));
    if (stored === undefined) return this.setHeader(name, value);
    checkHeaderValue(name, value);
    stored.value = [...asList(stored.value), ...asList(value)];
    return this;
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#stored?.get(name.toLowerCase())?.value;
  }

  getHeaderNames(): string[] {
    return this.#stored === undefined ? [] : [...this.#stored.keys()];
  }

  getRawHeaderNames(): string[] {
    return this.#stored === undefined ? [] : Array.from(this.#stored.values(), ({ name }) => name);
  }

  getHeaders(): OutgoingHttpHeaders {
    const headers: Record<string, HeaderValue> = Object.create(null);
    if (this.#stored !== undefined) {
      for (const [key, { value }] of this.#stored) headers[key] = value;
    }
    return headers as OutgoingHttpHeaders;
  }

  hasHeader(name: string): boolean {
    return this.#stored?.has(name.toLowerCase()) ?? false;
  }

  removeHeader(name: string): void {
    if (this.head !== undefined) throw headersSent('remove');
    const key = name.toLowerCase();
    if (key === 'content-length') this.#isLengthRemoved = true;
    else if (key === 'transfer-encoding') this.#isEncodingRemoved = true;
    this.#stored?.delete(key);
  }

  writeHead(statusCode: number, reason?: string | object, headers?: object): this {
    if (this.head !== undefined) throw headersSent('write');
    const status = statusCode | 0;
    if (status < 100 || status > 999) {
      throw nodeError(
        'ERR_HTTP_INVALID_STATUS_CODE',
        `Invalid status code: ${statusCode}`,
        RangeError,
      );
    }
    let given = headers;
    if (typeof reason === 'string') {
      this.statusMessage = reason;
    } else {
      this.statusMessage ||= STATUS_CODES[status] ?? 'unknown';
      given ??= reason;
    }
    this.statusCode = status;
    const lines = this.#lines(given);
    if (!isValidText(this.statusMessage)) {
      throw nodeError('ERR_INVALID_CHAR', 'Invalid character in statusMessage', TypeError);
    }
    if (status === 204 || status === 304 || status < 200) this.hasBody = false;
    this.#fixLength(lines);
    this.head = lines.text;
    this.contentLength = lines.contentLength;
    return this;
  }

  writeHeader(statusCode: number, reason?: string | object, headers?: object): this {
    return this.writeHead(statusCode, reason, headers);
  }

  #lines(given: object | undefined): HeadLines {
    const lines = new HeadLines();
    if (this.#stored === undefined) {
      if (given !== undefined && given !== null) lines.addAll(given);
      return lines;
    }
    if (given !== undefined && given !== null) {
      const all = Array.isArray(given) ? pairs(given) : Object.entries(given);
      for (const [name, value] of all) if (name) this.setHeader(name, value);
    }
    for (const { name, value } of this.#stored.values()) lines.add(name, value);
    return lines;
  }

  /** Whether the body has a stated length or goes out in chunks, as Node decides it. */
  #fixLength(lines: HeadLines): void {
    let isChunked = lines.isChunked && this.statusCode !== 204 && this.statusCode !== 304;
    if (lines.hasLength) this.#isLengthRemoved = false;
    if (!lines.hasLength && !lines.hasEncoding) {
      if (!this.hasBody || !this.useChunkedEncodingByDefault) {
        isChunked = false;
      } else if (!lines.hasTrailer && !this.#isLengthRemoved && this.wholeBytes !== undefined) {
        lines.addLength(this.wholeBytes);
      } else {
        isChunked = !this.#isEncodingRemoved;
      }
    }
    if (lines.hasTrailer && !isChunked) {
      throw nodeError(
        'ERR_HTTP_TRAILER_INVALID',
        'Trailers are invalid with this transfer encoding',
      );
    }
    this.chunkedEncoding = isChunked;
  }
}

function asList(value: HeaderValue): readonly string[] {
  return Array.isArray(value) ? value : [String(value)];
}

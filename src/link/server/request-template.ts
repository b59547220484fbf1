import type { IncomingHttpHeaders } from 'node:http';
import { ProtocolError } from '../frames/frame.js';
import { joinHeaders } from './request-headers.js';

/** Method and URL come before the headers. */
const FIELDS_BEFORE_HEADERS = 2;

/**
 * What requests with the same lines have in common, decoded once: copying headers
 * costs a tenth of splitting, lower-casing and joining them.
 */
export class RequestTemplate {
  readonly method: string;
  readonly url: string;
  /** Flat list of names and values; not to be changed. */
  readonly rawHeaders: readonly string[];
  #headers: IncomingHttpHeaders | undefined = undefined;

  /** @param lines as a frame carries them @throws ProtocolError */
  constructor(lines: string) {
    const fields = lines.split('\n');
    if (fields.length < FIELDS_BEFORE_HEADERS || fields.length % 2 !== 0) {
      throw new ProtocolError(`a request head of ${fields.length} fields`);
    }
    const [method = '', url = ''] = fields.splice(0, FIELDS_BEFORE_HEADERS);
    this.method = method;
    this.url = url;
    this.rawHeaders = fields;
  }

  /** Not to be changed. */
  get headers(): IncomingHttpHeaders {
    this.#headers ??= joinHeaders(this.rawHeaders);
    return this.#headers;
  }

  /** An object of the caller's own. */
  copyHeaders(): IncomingHttpHeaders {
    const { headers } = this;
    // A list would still be shared.
    if (headers['set-cookie'] !== undefined) return joinHeaders(this.rawHeaders);
    return { ...headers };
  }
}

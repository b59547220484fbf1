/** Which bodies are JSON. */
import type { IncomingHttpHeaders } from 'node:http';
import { RequestError } from '../../errors.js';

const JSON_TYPE = /^application\/json[ \t]*(?:;(.*))?$/i;
const CHARSET = /(?:^|;)[ \t]*charset[ \t]*=[ \t]*"?([^";\s]*)/i;

/**
 * A missing content type is read as JSON, because a client that names none sends it.
 *
 * @throws RequestError UNSUPPORTED_MEDIA_TYPE
 */
export function checkJsonBody(headers: IncomingHttpHeaders): void {
  const type = headers['content-type'];
  if (type !== undefined && type !== 'application/json') checkType(type);
}

function checkType(type: string): void {
  const match = JSON_TYPE.exec(type);
  if (match === null) {
    throw unsupported(`expected content type "application/json", got ${quoted(type)}`);
  }
  const charset = CHARSET.exec(match[1] ?? '')?.[1] ?? 'utf-8';
  if (!/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    throw unsupported(`expected JSON in UTF-8, got charset ${quoted(charset)}`);
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function unsupported(message: string): RequestError {
  return new RequestError('UNSUPPORTED_MEDIA_TYPE', message);
}

import { STATUS_CODES } from 'node:http';
import { errorBody, type RequestError } from '../../errors.js';

/** A raw HTTP answer that ends its connection, for requests that cannot be answered in another way. */
export function rawError(
  error: RequestError,
  requestId: string,
  method?: string,
  crossOrigin: readonly string[] = [],
): string {
  const body = errorBody(error.code, error.message, requestId);
  const head = [
    `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    ...Object.entries(error.headers).map(([name, value]) => `${name}: ${value}`),
    ...pairs(crossOrigin).map(([name, value]) => `${name}: ${value}`),
    `date: ${new Date().toUTCString()}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${method === 'HEAD' ? '' : body}`;
}

/** Names with their values, of a flat list. */
export function pairs(flat: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2)
    list.push([flat[i] as string, flat[i + 1] as string]);
  return list;
}

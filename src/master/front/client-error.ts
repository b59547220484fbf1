import { RequestError } from '../../errors.js';

type ParserError = Error & { readonly code?: string; readonly reason?: string };

/**
 * What the client did wrong, from the error of `node:http`'s parser. Undefined
 * when there is nobody left to tell.
 */
export function clientError(error: ParserError): RequestError | undefined {
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPIPE':
    case 'HPE_INVALID_EOF_STATE': // the client closed in the middle of a request
      return undefined;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestError('REQUEST_TIMEOUT', 'the request did not arrive in time');
    case 'HPE_HEADER_OVERFLOW':
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new RequestError('HEADERS_TOO_LARGE', 'the head of the request is too large');
    default:
      return new RequestError(
        'BAD_REQUEST',
        `malformed HTTP: ${error.reason ?? 'cannot be parsed'}`,
      );
  }
}

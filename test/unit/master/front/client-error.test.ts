import { expect, test } from 'vitest';
import { clientError } from '../../../../src/master/front/client-error.js';

function parserError(code?: string, reason?: string): Error {
  return Object.assign(new Error('Parse Error'), { code, reason });
}

test.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'REQUEST_TIMEOUT'],
  ['HPE_HEADER_OVERFLOW', 'HEADERS_TOO_LARGE'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'HEADERS_TOO_LARGE'],
  ['HPE_INVALID_METHOD', 'BAD_REQUEST'],
  ['HPE_INVALID_CONTENT_LENGTH', 'BAD_REQUEST'],
  [undefined, 'BAD_REQUEST'],
])('%s is told as %s', (code, told) => {
  expect(clientError(parserError(code))?.code).toBe(told);
});

test('what the parser says is handed on', () => {
  const error = clientError(parserError('HPE_INVALID_METHOD', 'Invalid method encountered'));
  expect(error?.message).toBe('malformed HTTP: Invalid method encountered');
});

test.each(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE'])(
  '%s: nobody is left to tell',
  (code) => {
    expect(clientError(parserError(code))).toBeUndefined();
  },
);

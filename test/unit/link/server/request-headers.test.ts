import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { joinHeaders, separateHeaders } from '../../../../src/link/server/request-headers.js';

/** What Node makes of the same raw headers. */
function byNode(raw: string[]): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  (message as unknown as { _addHeaderLines(raw: string[], count: number): void })._addHeaderLines(
    raw,
    raw.length,
  );
  return message;
}

const NAMES = [
  ...['Age', 'Host', 'From', 'ETag', 'Date', 'Vary', 'Server', 'Cookie', 'Origin', 'Expect'],
  ...['Accept', 'Referer', 'Expires', 'Upgrade', 'Location', 'If-Match', 'User-Agent'],
  ...['Set-Cookie', 'Connection', 'Retry-After', 'Content-Type', 'Max-Forwards'],
  ...['Authorization', 'Last-Modified', 'Cache-Control', 'If-None-Match', 'Content-Length'],
  ...['Accept-Encoding', 'Accept-Language', 'X-Forwarded-For', 'Content-Encoding'],
  ...['X-Forwarded-Host', 'If-Modified-Since', 'Transfer-Encoding', 'X-Forwarded-Proto'],
  ...['Proxy-Authorization', 'If-Unmodified-Since', 'X-Own', 'constructor', '__proto__'],
];

describe('request headers', () => {
  test.each(NAMES)('%s is joined as Node joins it', (name) => {
    const raw = [name, 'one', 'Other', 'x', name.toLowerCase(), 'two', name.toUpperCase(), ''];
    expect(joinHeaders(raw)).toEqual(byNode(raw).headers);
    expect(separateHeaders(raw)).toEqual(byNode(raw).headersDistinct);
  });

  test('more names than are remembered', () => {
    const raw = Array.from({ length: 5000 }, (_unused, index) => [`X-${index}`, `${index}`]).flat();
    expect(joinHeaders(raw)).toEqual(byNode(raw).headers);
  });
});

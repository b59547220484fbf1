import { describe, expect, it } from 'vitest';
import { replyIn } from '../../../../loadtest/faults/connection.js';

function read(text: string) {
  const bytes = Buffer.from(text, 'latin1');
  const found = replyIn(bytes);
  return found && { ...found.reply, rest: bytes.subarray(found.length).toString() };
}

const PLAIN = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED =
  'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n';

describe('replyIn', () => {
  it.each([
    ['a body of a known length', PLAIN, 200],
    ['a body in chunks', CHUNKED, 503],
  ])('reads %s, however it is cut', (_what, text, status) => {
    for (let length = 0; length < text.length; length += 1) {
      expect(read(text.slice(0, length))).toBeUndefined();
    }
    const reply = { status, body: 'hello', isLast: false };
    expect(read(text)).toEqual({ ...reply, rest: '' });
    expect(read(`${text}HTTP/1.1 2`)).toEqual({ ...reply, rest: 'HTTP/1.1 2' });
  });

  it('sees that the server will close', () => {
    const text = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
    expect(read(text)).toMatchObject({ isLast: true, body: '' });
  });
});

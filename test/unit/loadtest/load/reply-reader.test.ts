import { describe, expect, it } from 'vitest';
import { ReplyReader, type WireReply } from '../../../../loadtest/load/reply-reader.js';

const TWO = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
);
const REPLIES: readonly WireReply[] = [
  { status: 200, body: 'hello', isLast: false },
  { status: 503, body: '', isLast: true },
];

function readIn(pieces: readonly Buffer[], keepsBodies = true): WireReply[] {
  const replies: WireReply[] = [];
  const reader = new ReplyReader((reply) => replies.push(reply), keepsBodies);
  for (const piece of pieces) reader.read(piece);
  return replies;
}

describe('ReplyReader', () => {
  it('finds each reply, wherever the stream is cut', () => {
    for (let at = 0; at <= TWO.length; at += 1) {
      expect(readIn([TWO.subarray(0, at), TWO.subarray(at)])).toEqual(REPLIES);
    }
    expect(readIn([...TWO].map((byte) => Buffer.of(byte)))).toEqual(REPLIES);
  });

  it('drops bodies when told', () => {
    expect(readIn([TWO], false).map(({ body }) => body)).toEqual(['', '']);
  });

  it('takes no reply without a length', () => {
    const chunked = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n');
    expect(() => readIn([chunked])).toThrow('does not tell its length');
  });
});

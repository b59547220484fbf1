import { describe, expect, test } from 'vitest';
import {
  HeadScan,
  NOT_CANONICAL,
  UNFINISHED,
} from '../../../../../src/master/front/canonical/head-scan.js';

const HEAD = 'POST /v1/models/m:predict?a=%20b HTTP/1.1\r\nHost: a:80\r\nX-Y: a b  c;d\r\n\r\n';

function scan(text: string): number {
  return new HeadScan().read(Buffer.from(text, 'latin1'), 0);
}

test('finds the end of a head, whatever follows', () => {
  expect(scan(HEAD)).toBe(HEAD.length);
  expect(scan(`${HEAD}\0\r\n\r\n`)).toBe(HEAD.length);
  expect(scan('GET / HTTP/1.1\r\n\r\n')).toBe(18);
});

test('goes on where it stopped, at every byte', () => {
  const bytes = Buffer.from(HEAD);
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const head = new HeadScan();
    expect(head.read(bytes.subarray(0, cut), 0)).toBe(UNFINISHED);
    expect(head.read(bytes, cut)).toBe(bytes.length);
  }
});

describe('is not canonical', () => {
  test.each([
    ...['get / HTTP/1.1', ' GET / HTTP/1.1', 'GET  / HTTP/1.1', 'GET a HTTP/1.1', 'GET * HTTP/1.1'],
    ...[
      'GET http://a/ HTTP/1.1',
      'GET / HTTP/1.0',
      'GET / HTTP/1.1 ',
      'GET / HTTP/1.1\n',
      'GET /\r',
    ],
    ...[
      'GET /\x7f HTTP/1.1',
      'GET /\xe9 HTTP/1.1',
      'GET /# HTTP/1.1',
      'GET /\0 HTTP/1.1',
      '\r\nGET /',
    ],
  ])('%j', (start) => {
    expect(scan(`${start}\r\nHost: a\r\n\r\n`)).toBe(NOT_CANONICAL);
  });

  test.each([
    ...['X : 1', ' X: 1', 'X:1', 'X:  1', 'X:\t1', 'X: 1 ', 'X: ', 'X:', 'X', ': 1', 'X: a\tb'],
    ...[
      'X: \xe9',
      'X: \0',
      'X: \x7f',
      'X(: 1',
      '\xe9: 1',
      'X: 1\r',
      'X: 1\n',
      'X: a\r\n b',
      'X: a\nb',
    ],
  ])('the line %j', (line) => {
    expect(scan(`GET / HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`)).toBe(NOT_CANONICAL);
  });

  test('a byte at which that is plain, and not before', () => {
    const head = new HeadScan();
    const bytes = Buffer.from('GET / HTTP/1.1\r\nX: a\r\n b');
    expect(head.read(bytes.subarray(0, -2), 0)).toBe(UNFINISHED);
    expect(head.read(bytes, bytes.length - 2)).toBe(NOT_CANONICAL);
  });
});

import { describe, expect, test } from 'vitest';
import {
  canonicalLines,
  isCanonicalSoFar,
} from '../../../../../src/master/front/canonical/canonical-lines.js';

const get = (...lines: string[]): string => head('GET', lines);
const post = (...lines: string[]): string => head('POST', lines);

function head(method: string, lines: readonly string[]): string {
  return [`${method} /a?b HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n');
}

test('tells method, target and headers as they came', () => {
  expect(canonicalLines(post('X-A: b c: d', 'content-length: 12', 'x-a: e'))).toEqual({
    method: 'POST',
    target: '/a?b',
    rawHeaders: ['Host', 'a', 'X-A', 'b c: d', 'content-length', '12', 'x-a', 'e'],
  });
});

describe('is for node:http to judge', () => {
  test.each([
    ['an unknown method', head('BREW', [])],
    ['a method that it treats in its own way', head('CONNECT', [])],
    ['no length where there is a body', post()],
    ['a length where there is none', get('Content-Length: 0')],
    ['two lengths', post('Content-Length: 1', 'content-length: 1')],
    ['two hosts', get('HOST: a')],
    ['an expectation', get('Expect: 100-continue')],
    ['an upgrade', get('Upgrade: h2c')],
    ['chunks', post('Transfer-Encoding: chunked')],
    ['a length and chunks', post('Content-Length: 1', 'transfer-encoding: chunked')],
    ['an end of the connection', get('Connection: close')],
    ['two connections', get('Connection: keep-alive', 'Connection: keep-alive')],
    ['the connection of a proxy', get('Proxy-Connection: keep-alive')],
  ])('%s', (_what, text) => {
    expect(canonicalLines(text)).toBeUndefined();
  });

  test('no host', () => {
    expect(canonicalLines('GET / HTTP/1.1\r\nX: a\r\n\r\n')).toBeUndefined();
  });

  test.each(['05', '+5', '5,5', '5 5', '0x5', '1e1', 'five', '1234567890123456'])(
    'the length %s',
    (length) => expect(canonicalLines(post(`Content-Length: ${length}`))).toBeUndefined(),
  );
});

test.each(['0', '5', '123456789012345'])('the length %s is canonical', (length) => {
  expect(canonicalLines(post(`Content-Length: ${length}`))).toBeDefined();
});

describe('a head that is not whole', () => {
  test('is canonical so far at every byte', () => {
    const text = post('Connection: Keep-Alive', 'Content-Length: 12', 'X-Y: z');
    for (let end = 1; end < text.length; end += 1) {
      expect([end, isCanonicalSoFar(text.slice(0, end))]).toEqual([end, true]);
    }
  });

  test.each([
    ...['B', 'GETS', 'BREW /', 'GET / HTTP/1.1\r\nHost: a\r\nHost:', 'GET / HTTP/1.1\r\nExpect: '],
    ...['POST / HTTP/1.1\r\nContent-Length: 1x', 'GET / HTTP/1.1\r\nConnection: c'],
    ...['POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: ', 'GET / HTTP/1.1\r\nUpgrade:'],
  ])('%j is not', (text) => {
    expect(isCanonicalSoFar(text)).toBe(false);
  });
});

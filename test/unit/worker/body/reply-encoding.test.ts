import { gunzipSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { chosenEncoding, encodedReply } from '../../../../src/worker/body/reply-encoding.js';
import type { BinaryReply } from '../../../../src/worker/protocol.js';

describe('the encoding of a large body', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['br', undefined],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['deflate', 'deflate'],
    ['deflate, gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'gzip'],
    ['gzip;q=0.5, deflate;q=0.8', 'deflate'],
    ['gzip ; q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.0, deflate', 'deflate'],
    ['gzip;q=0.5, identity', undefined],
    ['gzip;q=0.5, identity;q=0.5', 'gzip'],
    ['identity;q=0.1, deflate', 'deflate'],
    ['*', 'gzip'],
    ['gzip;q=0, *', 'deflate'],
    ['br, *;q=0.1', 'gzip'],
    ['*;q=0', undefined],
    ['identity;q=0', undefined],
    ['gzip;q=x', undefined],
    ['gzip;q=-1', undefined],
    [';;,,q=,', undefined],
  ])('accept-encoding %j', (accept, encoding) => {
    expect(chosenEncoding(accept, 1024)).toBe(encoding);
  });
});

describe('a small body is sent as it is', () => {
  test.each([
    ['gzip', undefined],
    ['*', undefined],
    ['gzip;q=0, deflate', undefined],
    ['gzip, identity;q=0', 'gzip'],
    ['gzip, *;q=0', 'gzip'],
    ['gzip, *;q=0.5', undefined],
    ['identity;q=0', undefined],
  ])('but not with %j', (accept, encoding) => {
    expect(chosenEncoding(accept, 1023)).toBe(encoding);
  });
});

describe('a reply', () => {
  const text = 'grün '.repeat(1000);
  const coding = { vary: 'accept-encoding' };

  test('of JSON', () => {
    const reply = encodedReply(text, 'gzip') as BinaryReply;
    expect(gunzipSync(reply.bytes).toString()).toBe(text);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', ...coding };
    expect(reply.headers).toEqual(headers);
  });

  test('of bytes keeps its headers', () => {
    const binary = { bytes: Buffer.from(text), headers: { 'content-type': 'a/b', c: 'd' } };
    const reply = encodedReply(binary, 'deflate') as BinaryReply;
    expect(inflateSync(reply.bytes).toString()).toBe(text);
    expect(reply.headers).toEqual({ ...binary.headers, 'content-encoding': 'deflate', ...coding });
  });

  test('stays what it is for who does not ask', () => {
    const binary = { bytes: Buffer.from(text), headers: {} };
    expect(encodedReply(binary, undefined)).toBe(binary);
    expect(encodedReply(text, 'br')).toBe(text);
  });
});

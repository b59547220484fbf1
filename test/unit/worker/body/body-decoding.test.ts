import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { decodedBody } from '../../../../src/worker/body/body-decoding.js';

const TEXT = Buffer.from('{"instances":[1,2,3]}');
const MOST = 1000;

function refusalOf(bytes: Buffer, encoding: string): RequestError {
  try {
    decodedBody(bytes, encoding, MOST);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error('it was decoded');
}

describe('a body comes out as it was', () => {
  test.each([
    [undefined, TEXT],
    ['', TEXT],
    ['Identity', TEXT],
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['gzip', Buffer.concat([gzipSync(TEXT.subarray(0, 9)), gzipSync(TEXT.subarray(9))])],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['deflate', deflateSync(TEXT, { windowBits: 9, level: 1 })],
  ])('%s', (encoding, bytes) => {
    expect(decodedBody(bytes, encoding, MOST)).toEqual(TEXT);
  });

  test('without a copy where there is no encoding', () => {
    expect(decodedBody(TEXT, undefined, MOST)).toBe(TEXT);
  });

  test('when it is as large as may be', () => {
    const bytes = Buffer.alloc(MOST, 'a');
    expect(decodedBody(gzipSync(bytes), 'gzip', MOST)).toEqual(bytes);
  });
});

describe('what is no whole body', () => {
  test.each([
    ['gzip', Buffer.alloc(0), 'the body is not valid gzip: unexpected end of file'],
    ['gzip', TEXT, 'the body is not valid gzip: incorrect header check'],
    ['gzip', gzipSync(TEXT).subarray(0, -1), 'the body is not valid gzip: unexpected end of file'],
    [
      'gzip',
      Buffer.concat([gzipSync(TEXT), Buffer.alloc(3)]),
      'the body has 3 bytes behind the end of its gzip encoding',
    ],
    [
      'deflate',
      deflateSync(TEXT).subarray(0, 9),
      'the body is not valid deflate: unexpected end of file',
    ],
    [
      'deflate',
      Buffer.concat([deflateSync(TEXT), TEXT]),
      `the body has ${TEXT.length} bytes behind the end of its deflate encoding`,
    ],
    ['deflate', Buffer.from([0xff, 0xff]), 'the body is not valid deflate: invalid block type'],
  ])('%s %j', (encoding, bytes, message) => {
    expect(refusalOf(bytes, encoding)).toMatchObject({ code: 'INVALID_INPUT', message });
  });
});

test.each([
  ['gzip', gzipSync(Buffer.alloc(MOST + 1))],
  ['deflate', deflateSync(Buffer.alloc(MOST + 1))],
  ['deflate', deflateRawSync(Buffer.alloc(5_000_000))],
])('%s: what grows too large is refused', (encoding, bytes) => {
  expect(bytes.length).toBeLessThan(MOST * 6);
  expect(refusalOf(bytes, encoding)).toMatchObject({
    code: 'BODY_TOO_LARGE',
    message: `expected a body of at most 1000 bytes (max-body) without its ${encoding} encoding, got more`,
  });
});

test.each(['br', 'gzip, deflate', 'zstd', 'gzip,gzip'])('%s is refused', (encoding) => {
  expect(refusalOf(TEXT, encoding)).toMatchObject({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: `expected one content encoding of gzip, deflate or identity, got "${encoding}"`,
    headers: { 'accept-encoding': 'gzip, deflate' },
  });
});

import { expect, test } from 'vitest';
import { HeadCache } from '../../../../../src/master/front/canonical/head-cache.js';

const HEAD = Buffer.from('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');

test('a head is read once, for all connections', () => {
  const cache = new HeadCache(() => ({ lineBytes: 0, fields: 0, fieldBytes: 0 }));
  const first = cache.read(HEAD, 0, HEAD.length);
  expect(first?.head).toMatchObject({ path: '/a' });
  expect(cache.read(Buffer.concat([HEAD, HEAD]), HEAD.length, 2 * HEAD.length)).toBe(first);
  expect(first?.end).toBe(2 * HEAD.length);
});

test('what limits say of it is kept with it, until they change', () => {
  const limits = { lineBytes: 10, fields: 0, fieldBytes: 0 };
  const cache = new HeadCache(() => limits);
  const refused = cache.read(HEAD, 0, HEAD.length);
  expect(refused?.head).toMatchObject({ code: 'HEADERS_TOO_LARGE' });
  limits.lineBytes = 0;
  expect(cache.read(HEAD, 0, HEAD.length)).toBe(refused);
  const { generation } = cache;
  cache.forget();
  expect(cache.generation).toBeGreaterThan(generation);
  expect(cache.read(HEAD, 0, HEAD.length)?.head).toMatchObject({ path: '/a' });
});

test('what is for node:http to judge is not kept', () => {
  const cache = new HeadCache(() => ({ lineBytes: 0, fields: 0, fieldBytes: 0 }));
  const head = Buffer.from('GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n');
  expect(cache.read(head, 0, head.length)).toBeUndefined();
  expect(cache.read(head, 0, head.length)).toBeUndefined();
});

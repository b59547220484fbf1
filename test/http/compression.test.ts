import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../src/worker/app.js';
import { silentLog } from './silent-log.js';
import { oneInput } from './tensor-models.js';
import { LENGTH_HEADER } from './v2-client.js';

const MAX_BODY_BYTES = 64 * 1024;
const VALUES = Array.from({ length: 600 }, (_, index) => index % 7);

let app: FastifyInstance;

beforeAll(async () => {
  const models = [oneInput('echo', 'int32', [-1])];
  const options = { defaultModel: 'echo', log: silentLog, maxBodyBytes: MAX_BODY_BYTES };
  app = buildApp({ models, ...options });
  await app.ready();
});

afterAll(() => app.close());

const V1 = { url: '/predict', body: JSON.stringify({ instances: VALUES }) };
const V1_COLUMNS = { url: '/v1/models/echo:predict', body: JSON.stringify({ inputs: VALUES }) };
const V2 = {
  url: '/v2/models/echo/infer',
  body: JSON.stringify({
    inputs: [{ name: 'x', datatype: 'INT32', shape: [VALUES.length], data: VALUES }],
  }),
};

async function post(url: string, payload: string | Buffer, headers: Record<string, string>) {
  return app.inject({ method: 'POST', url, payload, headers });
}

describe.each([V1, V1_COLUMNS, V2])('$url', ({ url, body }) => {
  test('takes compressed bodies', async () => {
    const plain = await post(url, body, {});
    expect(plain.statusCode).toBe(200);
    const json = { 'content-type': 'application/json' };
    const gzip = await post(url, gzipSync(body), { ...json, 'content-encoding': 'gzip' });
    expect(gzip.body).toBe(plain.body);
    const deflate = await post(url, deflateSync(body), { ...json, 'content-encoding': 'deflate' });
    expect(deflate.body).toBe(plain.body);
  });

  test('answers compressed when asked, and not otherwise', async () => {
    const plain = await post(url, body, {});
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers.vary).toBeUndefined();
    const gzip = await post(url, body, { 'accept-encoding': 'gzip' });
    expect(gzip.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/json',
      'content-length': String(gzip.rawPayload.length),
      vary: 'accept-encoding',
    });
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(plain.body);
    const deflate = await post(url, body, { 'accept-encoding': 'deflate, br' });
    expect(inflateSync(deflate.rawPayload).toString()).toBe(plain.body);
  });

  test.each([
    [gzipSync(body).subarray(0, 50), 400, 'INVALID_INPUT'],
    [gzipSync(Buffer.alloc(MAX_BODY_BYTES + 1, ' ')), 413, 'BODY_TOO_LARGE'],
  ])('refuses %j', async (payload, status, code) => {
    const reply = await post(url, payload, { 'content-encoding': 'gzip' });
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toMatchObject({ code });
  });

  test('refuses other encodings and says which it takes', async () => {
    const reply = await post(url, body, { 'content-encoding': 'br' });
    expect(reply.statusCode).toBe(415);
    expect(reply.headers['accept-encoding']).toBe('gzip, deflate');
    expect(reply.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });
});

test('the length of the JSON in a v2 body counts bytes without the encoding, both ways', async () => {
  const size = VALUES.length * Int32Array.BYTES_PER_ELEMENT;
  const json = JSON.stringify({
    parameters: { binary_data_output: true },
    inputs: [
      {
        name: 'x',
        datatype: 'INT32',
        shape: [VALUES.length],
        parameters: { binary_data_size: size },
      },
    ],
  });
  const tensor = Buffer.from(Int32Array.from(VALUES).buffer);
  const payload = gzipSync(Buffer.concat([Buffer.from(json), tensor]));
  const reply = await post(V2.url, payload, {
    'content-encoding': 'gzip',
    'accept-encoding': 'gzip',
    [LENGTH_HEADER]: String(json.length),
  });
  expect(reply.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': 'application/octet-stream',
  });
  const bytes = gunzipSync(reply.rawPayload);
  const length = Number(reply.headers[LENGTH_HEADER]);
  expect(JSON.parse(bytes.toString('utf8', 0, length))).toMatchObject({ model_name: 'echo' });
  expect(bytes.subarray(length)).toEqual(tensor);
});

test('errors are never compressed', async () => {
  const reply = await post(V1.url, `{"${'x'.repeat(3000)}":1`, { 'accept-encoding': 'gzip' });
  expect(reply.statusCode).toBe(400);
  expect(reply.headers['content-encoding']).toBeUndefined();
});

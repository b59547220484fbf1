import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../src/worker/app.js';
import { type Answer, ask, REQUEST_ID } from './model-app.js';
import { silentLog } from './silent-log.js';
import { versionModel } from './tensor-models.js';

let app: FastifyInstance;

beforeAll(async () => {
  const models = [
    versionModel('wine', '1', false, ['stable']),
    versionModel('wine', '2', true, ['canary']),
  ];
  app = buildApp({ models, defaultModel: 'wine', log: silentLog, maxBodyBytes: 2 ** 20 });
  await app.ready();
});

afterAll(() => app.close());

function post(url: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return ask(app, { method: 'POST', url, headers, body: JSON.stringify(body) });
}

describe('versions and labels', () => {
  test.each([
    ['/v1/models/wine:predict', 2],
    ['/v1/models/wine/versions/1:predict', 1],
    ['/v1/models/wine/versions/2:predict', 2],
    ['/v1/models/wine/labels/stable:predict', 1],
    ['/v1/models/wine/labels/canary:predict', 2],
    ['/v1/models/%77ine/labels/st%61ble:predict?a=1', 1],
    ['/v1/models/wine%3Apredict', 2],
  ])('%s', async (url, version) => {
    expect((await post(url, { instances: [0] })).json).toEqual({ predictions: [version] });
  });

  test.each([
    [
      '/v1/models/wine/versions/3:predict',
      404,
      'VERSION_NOT_FOUND',
      'model "wine" has no version "3"; expected one of: 1, 2',
    ],
    [
      '/v1/models/wine/versions/stable:predict',
      404,
      'VERSION_NOT_FOUND',
      'model "wine" has no version "stable"; expected one of: 1, 2',
    ],
    [
      '/v1/models/wine/labels/new:predict',
      404,
      'VERSION_NOT_FOUND',
      'model "wine" has no label "new"; expected one of: stable, canary',
    ],
    [
      '/v1/models/beer/versions/1:predict',
      404,
      'MODEL_NOT_FOUND',
      'there is no model "beer"; expected one of: wine',
    ],
    [
      '/v1/models/wine/versions/1',
      405,
      'METHOD_NOT_ALLOWED',
      'POST is not allowed for "/v1/models/wine/versions/1"; expected GET, HEAD',
    ],
    [
      '/v1/models/wine/versions/1/metadata',
      405,
      'METHOD_NOT_ALLOWED',
      'POST is not allowed for "/v1/models/wine/versions/1/metadata"; expected GET, HEAD',
    ],
  ])('%s', async (url, status, code, error) => {
    const reply = await post(url, { instances: [0] });
    expect(reply.json).toEqual({ error, code, requestId: REQUEST_ID });
    expect(reply.status).toBe(status);
  });

  test.each(['classify', 'regress', 'fly'])('there is no verb %s', async (verb) => {
    const reply = await post(`/v1/models/wine:${verb}`, {});
    expect(reply).toMatchObject({ status: 404, json: { code: 'ROUTE_NOT_FOUND' } });
    expect(reply.json.error).toContain('expected POST /predict, POST /v1/models/NAME:predict');
  });
});

import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/errors.js';
import {
  checkReadMethod,
  type Knowledge,
  localRoute,
  readiness,
} from '../../../src/master/local-routes.js';
import { ModelStatistics } from '../../../src/master/metadata/statistics.js';
import type { ServedModel } from '../../../src/model/description.js';
import { served } from './served-model.js';

const DIGITS: ServedModel = served('digits', { version: '3', runtime: 'onnx', isDefault: true });
const LOADING: ServedModel = { ...DIGITS, state: 'LOADING' };

function knowing(models: readonly ServedModel[], ready = 1): Knowledge {
  return {
    isReady: () => ready > 0,
    readyWorkers: () => ready,
    wantedWorkers: () => 4,
    models: () => models,
    statistics: new ModelStatistics(() => 0),
  };
}

function ask(path: string, knowledge: Knowledge): { status: number; body: unknown } {
  const route = localRoute(path);
  if (route === undefined) throw new Error(`${path} is not answered here`);
  const { status, text } = route.answer(knowledge);
  return { status, body: JSON.parse(text) };
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
  return 'none';
}

test.each([
  ['/', '/'],
  ['/livez', '/livez'],
  ['/readyz', '/readyz'],
  ['/v1/models', '/v1/models'],
  ['/v1/models/digits', '/v1/models/:name'],
  ['/v1/models/a%20b', '/v1/models/:name'],
  ['/v2/models/digits/versions/3/config', '/v2/models/:name/config'],
])('%s is answered here, as %s', (path, label) => {
  expect(localRoute(path)?.label).toBe(label);
});

test.each([
  ...['/predict', '/v1/models/', '/v1/models/a:predict', '/v2/models/a/infer', '/livez/'],
  ...['//', '*', '-', '/LIVEZ', '/v1/models/a/'],
])('%s is for a worker', (path) => {
  expect(localRoute(path)).toBeUndefined();
});

test('liveness is the master’s own', () => {
  expect(ask('/livez', knowing([], 0))).toEqual({ status: 200, body: { live: true } });
});

test.each([
  { ready: 0, status: 503 },
  { ready: 1, status: 200 },
])('readiness with $ready workers: $status', ({ ready, status }) => {
  expect(ask('/readyz', knowing([DIGITS], ready))).toEqual({
    status,
    body: { ready: ready > 0, workers: { ready, wanted: 4 } },
  });
  expect(readiness(knowing([], ready)).status).toBe(status);
});

describe('models', () => {
  test('are listed, also while they load', () => {
    expect(ask('/v1/models', knowing([LOADING], 0)).body).toMatchObject({
      models: [{ name: 'digits', version: '3', default: true, ready: false }],
    });
    expect(ask('/v1/models', knowing([DIGITS])).body).toMatchObject({
      models: [{ name: 'digits', version: '3', default: true, ready: true }],
    });
  });

  test('are shown one by one, also while no worker is ready', () => {
    expect(ask('/v1/models/digits', knowing([LOADING], 0))).toMatchObject({
      status: 200,
      body: { name: 'digits', ready: false },
    });
  });

  test('say that they load', () => {
    expect(ask('/v1/models/digits', knowing([LOADING], 0)).body).toMatchObject({
      model_version_status: [{ version: '3', state: 'LOADING' }],
    });
  });

  test.each([0, 1])('that nobody knows are not found (%i ready)', (ready) => {
    expect(codeOf(() => ask('/v1/models/none', knowing([DIGITS], ready)))).toBe('MODEL_NOT_FOUND');
  });
});

test.each([
  ['GET', 'none'],
  ['HEAD', 'none'],
  ['POST', 'METHOD_NOT_ALLOWED'],
  ['OPTIONS', 'METHOD_NOT_ALLOWED'],
  ['get', 'METHOD_NOT_ALLOWED'],
])('reading by %s: %s', (method, code) => {
  expect(codeOf(() => checkReadMethod(method, '/livez'))).toBe(code);
});

test('a refused method is told which are allowed', () => {
  expect(() => checkReadMethod('POST', '/livez')).toThrow(
    expect.objectContaining({ headers: { allow: 'GET, HEAD' } }),
  );
});

describe('metadata of a model that nobody serves', () => {
  const paths = ['/v1/models/digits/metadata', '/v2/models/digits', '/v2/models/digits/versions/3'];

  test.each(paths)('%s of an unloaded one is not found', (path) => {
    const unloaded: ServedModel = { ...DIGITS, state: 'UNAVAILABLE', reason: 'unloaded' };
    expect(codeOf(() => ask(path, knowing([unloaded])))).toBe('MODEL_NOT_FOUND');
  });

  test.each(paths)('%s of a broken one is not ready, and says why', (path) => {
    const broken: ServedModel = { ...DIGITS, state: 'UNAVAILABLE', reason: 'no such operator' };
    expect(() => ask(path, knowing([broken]))).toThrow(
      expect.objectContaining({
        code: 'MODEL_NOT_READY',
        message: 'model "digits", version 3, is not served: no such operator',
      }),
    );
  });
});

/** The JSON Schema that editors use accepts what the server's own reader accepts, and no more. */
import { type FastifyInstance, fastify } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkModelSettings } from '../../src/model/settings/model-settings.js';
import { modelSettingsSchema } from '../../src/model/settings/schema.js';

let app: FastifyInstance;

beforeAll(async () => {
  // Fastify's validator, without what it would change to make values fit.
  const customOptions = {
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    strict: false,
  } as const;
  app = fastify({ ajv: { customOptions } });
  app.post('/', { schema: { body: modelSettingsSchema() } }, () => true);
  await app.ready();
});

afterAll(() => app.close());

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  $schema: ['./forkcast-model.schema.json'],
  runtime: ['onnx', 'pipeline', 'ONNX', 'tensorflow', '', null, 1],
  file: [
    'm.onnx',
    'a/b.json',
    'a..b/c',
    '.hidden/m',
    '',
    '/etc/m',
    '..',
    'a/../b',
    './m',
    'a/.',
    'a\\b',
    'a\nb',
    1,
  ],
  versions: [
    'all',
    'latest',
    { latest: 1 },
    { latest: 0 },
    { latest: 1.5 },
    { latest: '1' },
    {},
    { latest: 1, x: 1 },
    ['1'],
    [1, '2'],
    ['01'],
    [-1],
    [],
    ['x'],
    [1.5],
    1,
    null,
  ],
  labels: [
    {},
    { stable: 1 },
    { stable: '1' },
    { 'a.b-c_1': 0 },
    { 1: 1 },
    { 'a b': 1 },
    { '': 1 },
    { a: -1 },
    { a: '1.0' },
    { a: null },
    [],
    'stable',
  ],
  inputs: [
    {},
    { a: 'b' },
    { a: {} },
    { a: { from: 'x', dtype: 'int64', shape: [-1, 3], isOptional: true, takesMissing: false } },
    { a: { labels: ['x'] } },
    { a: { shape: [] } },
    { a: { shape: [0] } },
    { a: { shape: [-2] } },
    { a: { dtype: 'float' } },
    { a: { from: '' } },
    { a: '' },
    { '': 'a' },
    { a: null },
    { a: 1 },
    [],
  ],
  outputs: [
    { a: { labels: ['x', 1] } },
    { a: { labels: [] } },
    { a: { labels: [true] } },
    { a: { takesMissing: true } },
    { a: { from: 'x', shape: [1] } },
  ],
  maxBatchRows: [1, 65_536, 0, 65_537, 1.5, '8', null],
  maxBatchDelay: ['5ms', 0, 'off', 0.0005, -1, null],
  allowedBatchSizes: [[1, 8, 32], [32, 8], [8], [], [0], [8, 8], [1.5], [65_537], ['8'], 8, null],
  timeout: ['250ms', '1.5H', 1, 0.001, '30', 0, -1, 86_401, 'soon', '', '1 s', null, true],
  retry: [true, false, 0, 'true', null],
  warmup: [
    false,
    true,
    {},
    { instances: [1] },
    { inputs: 1 },
    { instances: 1, other: 1 },
    [],
    [{ inputs: {} }],
    [{}],
    [1],
    null,
    'x',
  ],
  threads: [1, 1024, 0, 1025, '1'],
  workers: [1, 1024, 0, 1025, '1', 'all'],
  options: [{}, { a: [1] }, [], null, 'x'],
  pipeline: [
    ['a'],
    [],
    ['a', { model: 'b', version: '2' }],
    [{ module: './scale.mjs' }],
    [{ module: '../scale.mjs' }],
    [{}],
    { steps: ['a'], outputs: ['y'] },
    { steps: [] },
    {},
    [{ model: 'a', typo: 1 }],
    'a',
    null,
  ],
  unknown: [1],
};

const CASES = Object.entries(VALUES).flatMap(([key, values]) =>
  values.map((value) => ({ [key]: value })),
);

test.each(CASES)('%j', async (settings) => {
  const answer = await app.inject({ method: 'POST', url: '/', payload: settings });
  const isAccepted = checkModelSettings(settings, 'case').faults.length === 0;
  expect(answer.statusCode, answer.body).toBe(isAccepted ? 200 : 400);
});

test('the cases have both kinds for every key but two', () => {
  const ofOneKind = Object.entries(VALUES).filter(([key, values]) => {
    const verdicts = values.map(
      (value) => checkModelSettings({ [key]: value }, 'case').faults.length === 0,
    );
    return new Set(verdicts).size === 1;
  });
  expect(ofOneKind.map(([key]) => key)).toEqual(['$schema', 'unknown']);
});

test.each([[[]], ['text'], [1], [null]])('%j is no file of settings', async (body) => {
  const payload = JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload });
  expect(answer.statusCode).toBe(400);
});

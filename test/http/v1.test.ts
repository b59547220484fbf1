import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../src/worker/app.js';
import { type Answer, ask, REQUEST_ID } from './model-app.js';
import { silentLog } from './silent-log.js';
import { echoInstances, echoModel, oneInput, spec, versionModel } from './tensor-models.js';

/** One input of each shape that a table's column can have, one of them optional. */
const person = echoModel('person', {
  inputs: [
    spec('age', 'float32', [-1]),
    spec('name', 'string', [-1, 1]),
    { ...spec('weight', 'float64', [-1]), isOptional: true, takesMissing: true },
  ],
  outputs: [spec('age', 'float32', [-1]), spec('name', 'string', [-1, 1])],
});
const features = echoModel('features', {
  inputs: [{ ...spec('x', 'float32', [-1, 3]), labels: ['a', 'b', 'c'] }],
  outputs: [spec('y', 'float32', [-1, 3])],
});

let app: FastifyInstance;

beforeAll(async () => {
  const models = [
    versionModel('wine', '1', false, ['stable']),
    versionModel('wine', '2', true, ['canary']),
    echoInstances('echo'),
    oneInput('texts', 'string', [-1]),
    oneInput('scalar', 'float32', []),
    person,
    features,
    oneInput('matrix', 'int32', [-1, 2]),
    oneInput('wide', 'int32', [-1, -1]),
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
      'there is no model "beer"; expected one of: wine, echo, texts, scalar, person, features, matrix, wide',
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

function expectError(reply: Answer, error: string): void {
  expect(reply.json).toEqual({ error, code: 'INVALID_INPUT', requestId: REQUEST_ID });
  expect(reply.status).toBe(400);
}

describe('signature_name', () => {
  test.each(['', 'serving_default'])('%j', async (name) => {
    const body = { signature_name: name, instances: ['a'] };
    expect((await post('/v1/models/texts:predict', body)).json).toEqual({ predictions: ['a'] });
    expect((await post('/v1/models/echo:predict', body)).json).toEqual({ predictions: ['a'] });
  });

  test.each([
    ['other', '"other"'],
    [5, '5'],
    [null, 'null'],
  ])('%j is refused', async (name, got) => {
    const error = `signature_name: expected "serving_default", the only one there is, got ${got}`;
    for (const model of ['texts', 'echo']) {
      const body = { instances: ['a'], signature_name: name };
      expectError(await post(`/v1/models/${model}:predict`, body), error);
    }
  });
});

describe('b64', () => {
  const hello = { b64: 'aGVsbMO2' };

  test.each<[unknown, unknown]>([
    [{ instances: [hello, hello] }, { predictions: ['hellö', 'hellö'] }],
    [{ instances: [{ x: hello }, { x: 'b' }] }, { predictions: ['hellö', 'b'] }],
    [{ instances: ['b', hello] }, { predictions: ['b', 'hellö'] }],
    [{ inputs: [hello, 'b'] }, { outputs: ['hellö', 'b'] }],
    [{ inputs: { x: [hello] } }, { outputs: ['hellö'] }],
    [{ instances: [{ b64: '' }] }, { predictions: [''] }],
    [{ columns: ['x'], data: [[hello]] }, { predictions: ['hellö'] }],
  ])('%j is text for a string input', async (body, answer) => {
    expect((await post('/v1/models/texts:predict', body)).json).toEqual(answer);
  });

  test('stays what it is for a model without a signature', async () => {
    const reply = await post('/v1/models/echo:predict', { instances: [hello] });
    expect(reply.json).toEqual({ predictions: [hello] });
  });

  test.each<[unknown, string]>([
    [{ b64: 'aGVsbG8' }, 'expected base64 with padding under "b64", got the string "aGVsbG8"'],
    [{ b64: 'a-_=' }, 'expected base64 with padding under "b64", got the string "a-_="'],
    [{ b64: 5 }, 'expected base64 with padding under "b64", got 5'],
    [{ b64: '/w==' }, 'expected UTF-8 in the bytes under "b64", got other bytes'],
    [{ b64: '', c: 1 }, 'expected a string, got an object'],
  ])('%j is refused', async (value, problem) => {
    const reply = await post('/v1/models/texts:predict', { inputs: { x: ['a', value] } });
    expectError(reply, `input "x" at inputs.x[1]: ${problem}`);
  });
});

describe('an input that may be left out', () => {
  test.each<[unknown]>([
    [{ instances: [{ age: 1, name: ['a'] }] }],
    [{ instances: [{ age: 1, name: ['a'], weight: null }] }],
    [{ inputs: { age: [1], name: [['a']] } }],
    [{ columns: ['age', 'name'], data: [[1, 'a']] }],
    [{ columns: ['weight', 'name', 'age'], data: [[null, 'a', 1]] }],
  ])('%j', async (body) => {
    const { json } = await post('/v1/models/person:predict', body);
    expect(json.predictions?.[0] ?? { age: 1, name: json.outputs.name[0] }).toEqual({
      age: 1,
      name: ['a'],
    });
  });

  test('is left out by all rows or none', async () => {
    const instances = [
      { age: 1, name: ['a'], weight: 1 },
      { age: 1, name: ['a'] },
    ];
    const error =
      'instances[1]: input "weight" is missing; expected "age", "name", "weight", got it in other rows';
    expectError(await post('/v1/models/person:predict', { instances }), error);
  });
});

describe('a table', () => {
  const people = {
    columns: ['name', 'age'],
    data: [
      ['a', 1],
      ['b', 2],
    ],
    index: [5, 6],
  };
  const predictions = [
    { age: 1, name: ['a'] },
    { age: 2, name: ['b'] },
  ];

  test.each<[unknown]>([[people], [{ dataframe_split: people }]])('%j', async (body) => {
    expect((await post('/v1/models/person:predict', body)).json).toEqual({ predictions });
  });

  test('becomes objects for a model without a signature', async () => {
    const { json } = await post('/v1/models/echo:predict', people);
    expect(json).toEqual({
      predictions: [
        { name: 'a', age: 1 },
        { name: 'b', age: 2 },
      ],
    });
  });

  test.each<[string, unknown, unknown]>([
    ['matrix', ['p', 'q'], [[1, 2]]],
    ['matrix', [0, 1], [[1, 2]]],
    ['wide', ['p', 'q'], [[1, 2]]],
    ['features', ['a', 'b', 'c'], [[1, 2, 3]]],
    ['features', [0, 1, 2], [[1, 2, 3]]],
  ])('of %s by columns %j is a matrix', async (model, columns, data) => {
    const reply = await post(`/v1/models/${model}:predict`, { columns, data });
    expect(reply.json).toEqual({ predictions: data });
  });

  test('takes the order of the columns that the model names', async () => {
    const body = {
      columns: ['c', 'a', 'b'],
      data: [
        [3, 1, 2],
        [6, 4, 5],
      ],
    };
    const { json } = await post('/v1/models/features:predict', body);
    expect(json.predictions).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test('may have the input itself as its only column', async () => {
    const body = { columns: ['x'], data: [[[1, 2]], [[3, 4]]] };
    const { json } = await post('/v1/models/matrix:predict', body);
    expect(json.predictions).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test.each<[string, unknown, string]>([
    ['person', { columns: 5, data: [[1]] }, 'columns: expected an array of names, got 5'],
    [
      'person',
      { columns: [], data: [[]] },
      'columns: expected an array of names, got an array of 0',
    ],
    ['person', { columns: [null], data: [[1]] }, 'columns[0]: expected a name, got null'],
    ['person', { columns: ['age', 'age'], data: [[1, 1]] }, 'columns: column "age" is there twice'],
    ['person', { columns: ['age'] }, 'data: expected an array of at least one row, got nothing'],
    [
      'person',
      { columns: ['age'], data: [] },
      'data: expected an array of at least one row, got an array of 0',
    ],
    [
      'person',
      { columns: ['age'], data: [[1], [1, 2]] },
      'data[1]: expected an array of 1, one value for each column, got an array of 2',
    ],
    [
      'person',
      { columns: ['age'], data: [1] },
      'data[0]: expected an array of 1, one value for each column, got 1',
    ],
    [
      'person',
      { columns: ['age'], data: [[1]] },
      'columns: column "name" is missing; expected "age", "name", "weight"',
    ],
    [
      'person',
      { columns: ['age', 'size'], data: [[1, 1]] },
      'columns: unknown column "size"; expected "age", "name", "weight"',
    ],
    [
      'person',
      {
        columns: ['age', 'name'],
        data: [
          [1, 'a'],
          [null, 'b'],
        ],
      },
      'input "age" at data[1].age: expected a number in the range of float32, got null',
    ],
    [
      'person',
      { dataframe_split: { columns: ['age', 'name'], data: [['a', 'a']] } },
      'input "age" at dataframe_split.data[0].age: expected a number in the range of float32, got the string "a"',
    ],
    [
      'person',
      { dataframe_split: [] },
      'dataframe_split: expected an object with "columns" and "data", got an array of 0',
    ],
    [
      'person',
      { instances: [], columns: [] },
      'the body: expected {"instances": [...]}, {"inputs": ...} or {"columns": [...], "data": [[...], ...]}, got both "instances" and "columns"',
    ],
    ['matrix', { columns: ['a'], data: [[1]] }, 'columns: expected 2 columns for input "x", got 1'],
    [
      'matrix',
      { columns: ['a', 'b'], data: [[1, 2.5]] },
      'input "x" at data[0][1]: expected a whole number from -2147483648 to 2147483647 (int32), got 2.5',
    ],
    [
      'features',
      { columns: ['c', 'a'], data: [[1, 2]] },
      'columns: column "b" is missing; expected "a", "b", "c"',
    ],
    [
      'features',
      { columns: ['c', 'a', 'd'], data: [[1, 2, 3]] },
      'columns: unknown column "d"; expected "a", "b", "c"',
    ],
    [
      'features',
      {
        columns: ['c', 'a', 'b'],
        data: [
          [1, 2, 3],
          [1, 2, 'x'],
        ],
      },
      'input "x" at data[1].b: expected a number in the range of float32, got the string "x"',
    ],
    [
      'scalar',
      { columns: ['x'], data: [[1]] },
      'input "x" is one value for all rows: expected the form {"inputs": {...}}',
    ],
  ])('%s %j', async (model, body, error) => {
    expectError(await post(`/v1/models/${model}:predict`, body), error);
  });
});

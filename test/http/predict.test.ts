import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ask, type ModelApp, modelApp, REQUEST_ID } from './model-app.js';

type DigitsTest = Readonly<Record<'inputs' | 'lr' | 'mlp' | 'rf', readonly number[][]>>;

const digits: DigitsTest = JSON.parse(readFileSync(fixture('digits_test.json'), 'utf8'));
const row = digits.inputs[0] ?? [];
const ROUTES =
  'expected POST /predict, POST /v1/models/NAME:predict, POST /v2/models/NAME/infer, GET /v1/models or GET /v2/models/NAME';
const FORMS =
  'expected {"instances": [...]}, {"inputs": ...} or {"columns": [...], "data": [[...], ...]}';

let server: ModelApp;

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

function bundled(name: string): string {
  return fileURLToPath(new URL(`../../models/${name}/model.onnx`, import.meta.url));
}

beforeAll(async () => {
  const paths = ['digits-lr', 'digits-mlp', 'digits-rf'].map(bundled);
  server = await modelApp([...paths, fixture('models')], 'digits-mlp');
});

afterAll(() => server.app.close());

function expectClose(got: readonly number[][], expected: readonly number[][]): void {
  expect(got).toHaveLength(expected.length);
  const worst = got.map((probabilities, i) =>
    Math.max(...probabilities.map((value, j) => Math.abs(value - (expected[i]?.[j] ?? Infinity)))),
  );
  expect(Math.max(...worst)).toBeLessThan(1e-5);
}

function expectError(reply: Answer, status: number, code: string, error: string): void {
  expect(reply.json).toEqual({ error, code, requestId: REQUEST_ID });
  expect(reply.status).toBe(status);
  expect(reply.type).toBe('application/json');
}

describe('the digits models answer what scikit-learn answers', () => {
  test.each(['lr', 'mlp'] as const)('%s, in both forms', async (name) => {
    const url = `/v1/models/digits-${name}:predict`;
    const rows = await server.post(url, { instances: digits.inputs });
    expect(rows.status).toBe(200);
    expect(rows.type).toBe('application/json');
    expectClose(rows.json.predictions, digits[name]);
    const columns = await server.post(url, { inputs: { X: digits.inputs } });
    expectClose(columns.json.outputs, digits[name]);
  });

  test('rf, which has two outputs', async () => {
    const url = '/v1/models/digits-rf:predict';
    const rows = await server.post(url, { instances: digits.inputs });
    const predictions: { label: number; probabilities: number[] }[] = rows.json.predictions;
    expectClose(
      predictions.map(({ probabilities }) => probabilities),
      digits.rf,
    );
    const labels = digits.rf.map((each) => each.indexOf(Math.max(...each)));
    expect(predictions.map(({ label }) => label)).toEqual(labels);
    const columns = await server.post(url, { inputs: { X: digits.inputs } });
    expect(columns.json.outputs.label).toEqual(labels);
    expectClose(columns.json.outputs.probabilities, digits.rf);
  });

  test('/predict is the default model', async () => {
    const reply = await server.post('/predict', { instances: [row] });
    expectClose(reply.json.predictions, digits.mlp.slice(0, 1));
  });

  test('a single input may come by name in a row, or without one in the column form', async () => {
    const { text } = await server.post('/predict', { instances: [row] });
    expect((await server.post('/predict', { instances: [{ X: row }] })).text).toBe(text);
    const outputs = text.replace('predictions', 'outputs');
    expect((await server.post('/predict', { inputs: [row] })).text).toBe(outputs);
  });
});

describe('several inputs and outputs', () => {
  const URL = '/v1/models/two-by-two:predict';

  test('are objects in each row', async () => {
    const instances = [
      { a: [1, 2], b: [3, 4] },
      { a: [5, 6], b: [1, 1] },
    ];
    expect((await server.post(URL, { instances })).json).toEqual({
      predictions: [
        { sum: [4, 6], is_greater: false },
        { sum: [6, 7], is_greater: true },
      ],
    });
  });

  test('or one object of columns', async () => {
    const inputs = {
      a: [
        [1, 2],
        [5, 6],
      ],
      b: [
        [3, 4],
        [1, 1],
      ],
    };
    expect((await server.post(URL, { inputs })).json).toEqual({
      outputs: {
        sum: [
          [4, 6],
          [6, 7],
        ],
        is_greater: [false, true],
      },
    });
  });

  test.each([
    [{ instances: [[1, 2]] }, 'instances[0]: expected an object with "a", "b", got an array of 2'],
    [
      { instances: [{ a: [1, 2] }] },
      'instances[0]: input "b" is missing; expected "a", "b", got an object with "a"',
    ],
    [
      { instances: [{ a: [1, 2], b: [1, 2], c: 1 }] },
      'instances[0]: unknown input "c"; expected "a", "b"',
    ],
    [
      {
        instances: [
          { a: [1, 2], b: [1, 2] },
          { a: [1, 2], b: [1, true] },
        ],
      },
      'input "b" at instances[1].b[1]: expected a number in the range of float64, got true',
    ],
    [{ inputs: [[1, 2]] }, 'inputs: expected an object with "a", "b", got an array of 1'],
    [
      { inputs: { a: [[1, 2]] } },
      'inputs: input "b" is missing; expected "a", "b", got an object with "a"',
    ],
    [
      { inputs: { a: [[1, 2]], b: [[1]] } },
      'input "b" at inputs.b[0]: expected an array of 2, got an array of 1',
    ],
  ])('%j', async (body, error) => {
    expectError(await server.post(URL, body), 400, 'INVALID_INPUT', error);
  });
});

describe('a wrong body', () => {
  test.each([
    ['', 'the body is empty; expected JSON'],
    [
      '{"instances":',
      'the body is not valid JSON at position 13 (line 1, column 14): expected a value, got the end',
    ],
    ['5', `the body: ${FORMS}, got 5`],
    ['null', `the body: ${FORMS}, got null`],
    ['[1]', `the body: ${FORMS}, got an array of 1`],
    ['{}', `the body: ${FORMS}, got an empty object`],
    ['{"rows":[]}', `the body: ${FORMS}, got an object with "rows"`],
    ['{"instances":[],"inputs":[]}', `the body: ${FORMS}, got both "instances" and "inputs"`],
    [
      '{"instances":{}}',
      'instances: expected an array with one element for each row, got an object',
    ],
    ['{"instances":[]}', 'instances: expected at least one row, got an empty array'],
    ['{"instances":[5]}', 'input "X" at instances[0]: expected an array of shape [64], got 5'],
    [
      '{"instances":[[1,2]]}',
      'input "X" at instances[0]: expected an array of 64, got an array of 2',
    ],
    [
      '{"inputs":{"Y":[[1]]}}',
      'inputs: input "X" is missing; expected "X", got an object with "Y"',
    ],
    ['{"inputs":5}', 'input "X" at inputs: expected an array of shape [?, 64], got 5'],
    ['{"instances":[{"X":1,"Y":2}]}', 'instances[0]: unknown input "Y"; expected "X"'],
    ['{"constructor":{"prototype":1}}', 'the body has a key that is not allowed (__proto__)'],
  ])('%s', async (body, error) => {
    expectError(await server.post('/predict', body), 400, 'INVALID_INPUT', error);
  });

  test.each([
    [null, 'null'],
    ['1', 'the string "1"'],
    [1e39, '1e+39'],
    [[1], 'an array of 1'],
  ])('with %j among the numbers', async (value, got) => {
    const instances = [row, row.with(7, value as number)];
    const error = `input "X" at instances[1][7]: expected a number in the range of float32, got ${got}`;
    expectError(await server.post('/predict', { instances }), 400, 'INVALID_INPUT', error);
  });

  test('with a row of another length', async () => {
    const reply = await server.post('/predict', { instances: [row, row.slice(1)] });
    const error = 'input "X" at instances[1]: expected an array of 64, got an array of 63';
    expectError(reply, 400, 'INVALID_INPUT', error);
  });

  test('nested without end', async () => {
    const reply = await server.post(
      '/v1/models/echo:predict',
      `{"instances":${'['.repeat(200_000)}`,
    );
    const error = 'the body is nested deeper than 100 levels (position 112)';
    expectError(reply, 400, 'INVALID_INPUT', error);
  });

  test('with too many rows', async () => {
    const reply = await server.post(
      '/v1/models/echo:predict',
      `{"instances":[0${',0'.repeat(1e6)}]}`,
    );
    const error = 'instances: expected at most 1000000 rows, got 1000001: send them in parts';
    expectError(reply, 400, 'INVALID_INPUT', error);
  });
});

describe('routes', () => {
  test.each([
    ['POST', '/nope', 404, 'ROUTE_NOT_FOUND', `there is no route "/nope"; ${ROUTES}`],
    ['POST', '/predict/', 404, 'ROUTE_NOT_FOUND', `there is no route "/predict/"; ${ROUTES}`],
    [
      'POST',
      '/v1/models/echo:fly',
      404,
      'ROUTE_NOT_FOUND',
      `there is no route "/v1/models/echo:fly"; ${ROUTES}`,
    ],
    ['GET', '/', 404, 'ROUTE_NOT_FOUND', `there is no route "/"; ${ROUTES}`],
    [
      'GET',
      '/predict?a=1',
      405,
      'METHOD_NOT_ALLOWED',
      'GET is not allowed for "/predict"; expected POST',
    ],
    [
      'PROPFIND',
      '/predict',
      405,
      'METHOD_NOT_ALLOWED',
      'PROPFIND is not allowed for "/predict"; expected POST',
    ],
    [
      'PUT',
      '/v1/models/echo:predict',
      405,
      'METHOD_NOT_ALLOWED',
      'PUT is not allowed for "/v1/models/echo:predict"; expected POST',
    ],
    [
      'POST',
      '/v1/models/echo',
      405,
      'METHOD_NOT_ALLOWED',
      'POST is not allowed for "/v1/models/echo"; expected GET, HEAD',
    ],
    [
      'DELETE',
      '/v1/models',
      405,
      'METHOD_NOT_ALLOWED',
      'DELETE is not allowed for "/v1/models"; expected GET, HEAD',
    ],
    [
      'POST',
      '/v1/models/%zz:predict',
      400,
      'BAD_REQUEST',
      "'/v1/models/%zz:predict' is not a valid url component",
    ],
  ] as const)('%s %s', async (method, url, status, code, error) => {
    const reply = await ask(server.app, { method, url });
    expectError(reply, status, code, error);
    if (status === 405) expect(reply.headers.allow).toBe(error.split('expected ')[1]);
  });

  test('HEAD of a route for POST', async () => {
    const reply = await ask(server.app, { method: 'HEAD', url: '/predict' });
    expect(reply).toMatchObject({ status: 405, headers: { allow: 'POST' }, text: '' });
  });

  test('an unknown model: the answer names those that exist', async () => {
    const reply = await server.post('/v1/models/nope:predict', {});
    expect(reply).toMatchObject({ status: 404, json: { code: 'MODEL_NOT_FOUND' } });
    expect(reply.json.error).toMatch(
      /^there is no model "nope"; expected one of: digits-lr, digits-mlp, digits-rf, async-slow, /,
    );
    const long = await server.post(`/v1/models/${'n'.repeat(5000)}:predict`, {});
    expect(long).toMatchObject({ status: 404, json: { code: 'MODEL_NOT_FOUND' } });
  });

  test('several models and no default', async () => {
    const { post } = await modelApp([fixture('models/echo'), fixture('models/slow')]);
    const error =
      'there is no default model; expected POST /v1/models/NAME:predict with NAME one of: echo, slow';
    expectError(await post('/predict', { instances: [1] }), 404, 'MODEL_NOT_FOUND', error);
  });
});

describe('content types', () => {
  test.each([
    [{}],
    [{ 'content-type': 'application/json' }],
    [{ 'content-type': 'Application/JSON; charset=UTF-8' }],
    [{ 'content-type': 'application/json;charset="utf-8"' }],
    [{ 'content-type': 'application/json', 'content-encoding': 'identity' }],
  ])('%j is JSON', async (headers) => {
    const body = Buffer.from('{"instances":[1]}');
    const url = '/v1/models/echo:predict';
    const reply = await ask(server.app, { method: 'POST', url, headers, body });
    expect(reply.text).toBe('{"predictions":[1]}');
  });

  test.each([
    [
      { 'content-type': 'text/plain' },
      'expected content type "application/json", got "text/plain"',
    ],
    [
      { 'content-type': 'application/jsonp' },
      'expected content type "application/json", got "application/jsonp"',
    ],
    [
      { 'content-type': 'application/json; charset=latin1' },
      'expected JSON in UTF-8, got charset "latin1"',
    ],
    [{ 'content-type': 'nonsense' }, 'the content type is malformed'],
    [
      { 'content-encoding': 'br' },
      'expected one content encoding of gzip, deflate or identity, got "br"',
    ],
  ])('%j is not taken', async (headers, error) => {
    const body = Buffer.from('{"instances":[1]}');
    const reply = await ask(server.app, { method: 'POST', url: '/predict', headers, body });
    expectError(reply, 415, 'UNSUPPORTED_MEDIA_TYPE', error);
  });
});

describe('modules', () => {
  test('without a signature get instances as they are and answer one for each', async () => {
    const instances = [{ a: [1] }, 'text', null, [[]]];
    const reply = await server.post('/v1/models/echo:predict', { instances });
    expect(reply.json).toEqual({ predictions: instances });
  });

  test('without a signature take the row form only', async () => {
    const reply = await server.post('/v1/models/echo:predict', { inputs: [1] });
    const error =
      'model "echo" has no signature and takes rows only: expected {"instances": [...]}, got {"inputs": ...}';
    expectError(reply, 400, 'INVALID_INPUT', error);
  });

  test.each([
    [[1], 'got an array of 2'],
    [[{ answer: 5 }], 'got 5'],
    [[{ answer: { a: 1 } }], 'got an object'],
  ])('%j: as many predictions as instances, or an error', async (instances, got) => {
    const reply = await server.post('/v1/models/wrong-length:predict', { instances });
    const error = `model "wrong-length" returned a wrong result: expected an array of 1 (one prediction for each instance), ${got}`;
    expectError(reply, 500, 'MODEL_ERROR', error);
  });

  test.each([false, true])(
    'that throw: no stack for the client, all of it in the log (async: %s)',
    async (isAsync) => {
      server.lines.length = 0;
      const instances = [{ throw: 'boom\n  at secret.js:1', async: isAsync }];
      const reply = await server.post('/v1/models/throws:predict', { instances });
      expectError(reply, 500, 'MODEL_ERROR', 'model "throws" failed: boom');
      expect(server.lines).toEqual([
        {
          level: 'error',
          message: 'model failed',
          facts: {
            err: expect.objectContaining({ stack: expect.stringContaining('model.mjs') }),
            model: 'throws',
            requestId: REQUEST_ID,
          },
        },
      ]);
    },
  );

  test('may refuse what they cannot work with', async () => {
    const instances = [{ throw: 'expected a colour, got 7', code: 'INVALID_INPUT' }];
    const reply = await server.post('/v1/models/throws:predict', { instances });
    expectError(reply, 400, 'INVALID_INPUT', 'expected a colour, got 7');
  });

  test('that are asynchronous run one request at a time', async () => {
    const body = { instances: [{ ms: 5 }] };
    const url = '/v1/models/async-slow:predict';
    const replies = await Promise.all([1, 2, 3].map(() => server.post(url, body)));
    expect(replies.map(({ json }) => json.predictions[0].running)).toEqual([1, 1, 1]);
  });
});

test('served on a port, bodies that arrive in pieces are read as well', async () => {
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const pieces = ['{"instances":', '[1,', '2]}'].map((piece) => new TextEncoder().encode(piece));
  const reply = await fetch(`${address}/v1/models/echo:predict`, {
    method: 'POST',
    body: ReadableStream.from(pieces),
    duplex: 'half',
  } as RequestInit);
  expect(reply.headers.get('content-type')).toBe('application/json');
  expect(await reply.json()).toEqual({ predictions: [1, 2] });
});

/** Routes that modules bring along, as a client sees them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../src/model/model.js';
import { readyWithRoutes } from '../../src/worker/own-routes/own-routes.js';
import { type Answer, ask, type ModelApp, modelApp, REQUEST_ID } from './model-app.js';

const WINE = `
  export const signature = {
    inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [-1] }],
  };
  export function predict({ x }) {
    if (x.data[0] < 0) throw new Error('sour');
    return Float32Array.from({ length: x.shape[0] }, (_, row) => x.data[2 * row] + x.data[2 * row + 1]);
  }
  export const upper = { predict: (words) => words.map((word) => word.toUpperCase()) };

  export async function routes(app, { models, logger }) {
    app.addHook('onSend', async (_request, reply) => void reply.header('x-wine', 'yes'));
    app.get('/label/:id', async ({ params }) => ({ id: params.id }));
    app.delete('/label/:id', async (_request, reply) => reply.code(204).send());
    app.post('/echo', async ({ body }) => ({ body: body ?? null }));
    app.post(
      '/strict',
      { schema: { body: { type: 'object', required: ['age'], properties: { age: { type: 'integer' } } } } },
      async ({ body }) => ({ age: body.age }),
    );
    app.post('/sum', async ({ body, id }) => models.wine.predict(body, { requestId: id }));
    app.post('/loud', async ({ body }) => models.upper.predict(body));
    app.get('/models', async () => [Object.keys(models), typeof logger.info, app.prefix]);
    app.get('/stream', async (_request, reply) =>
      reply.type('text/csv').send(ReadableStream.from(['a,b\\n', '1,2\\n'])));
    app.get('/fails/:how', async ({ params, log }, reply) => {
      log.info('about to fail');
      switch (params.how) {
        case 'plainly': throw new Error('no cork');
        case 'politely': throw Object.assign(new Error('no such vintage'), { statusCode: 404 });
        case 'coded': throw Object.assign(new Error('too many sips'), { statusCode: 429, code: 'TOO_MANY', headers: { 'retry-after': 3 } });
        case 'before': reply.code(403); throw new Error('not for you');
        case 'invalid': throw Object.assign(new Error('expected a grape'), { code: 'INVALID_INPUT' });
        case 'text': throw 'a text';
        case 'unavailable': throw Object.assign(new Error('closed'), { statusCode: 503 });
      }
    });
    app.post('/parsed', async ({ body }) => body);
  }
`;

const TOOLS = `
  export const prefix = '/tools';
  export function routes(app, _options, done) {
    app.get('/', async () => 'at the root');
    app.post('/csv', async ({ body }) => body);
    app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_r, body, parsed) => parsed(null, body.split(',')));
    app.setErrorHandler((error, _request, reply) => reply.code(418).send({ mine: error.message }));
    app.get('/fails', async () => { throw new Error('spilled'); });
    done();
  }
`;

let root: string;
let modules = 0;
let app: ModelApp;

/** The folder of a new module. */
function write(name: string, source: string): string {
  const folder = join(root, `${modules++}`, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.mjs'), source);
  return folder;
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-routes-'));
  app = await modelApp([write('wine', WINE), write('tools', TOOLS)], 'wine');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const get = (url: string): Promise<Answer> => ask(app.app, { method: 'GET', url });

function post(url: string, body: string | object, type = 'application/json'): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ask(app.app, { method: 'POST', url, headers: { 'content-type': type }, body: text });
}

describe('own routes', () => {
  test('are under the name of their module', async () => {
    const answer = await get('/models/wine/label/7');
    expect(answer).toMatchObject({ status: 200, json: { id: '7' } });
    expect(answer.headers['x-wine']).toBe('yes');
  });

  test('are under a prefix of their own, where the module has one', async () => {
    expect(await get('/tools')).toMatchObject({ status: 200, text: 'at the root' });
    expect((await get('/models/tools')).status).toBe(404);
  });

  test('take every method', async () => {
    expect((await ask(app.app, { method: 'DELETE', url: '/models/wine/label/7' })).status).toBe(
      204,
    );
    const head = await ask(app.app, { method: 'HEAD', url: '/models/wine/label/7' });
    expect([head.status, head.text]).toEqual([200, '']);
  });

  test('stream', async () => {
    expect(await get('/models/wine/stream')).toMatchObject({
      type: 'text/csv',
      text: 'a,b\n1,2\n',
    });
  });

  test('know the models of their module, and run them in their turn', async () => {
    expect((await get('/models/wine/models')).json).toEqual([
      ['wine', 'upper'],
      'function',
      '/models/wine',
    ]);
    expect(
      (
        await post('/models/wine/sum', [
          [1, 2],
          [3, 4],
        ])
      ).text,
    ).toBe('[3,7]');
    expect((await post('/models/wine/loud', ['a'])).json).toEqual(['A']);
  });

  test('are no reason to leave the others out', async () => {
    const { json } = await post('/predict', { instances: [[1, 2]] });
    expect(json).toEqual({ predictions: [3] });
  });

  test('keep their hooks to themselves', async () => {
    const answers = [await get('/tools'), await get('/nowhere'), await post('/predict', {})];
    expect(answers.map(({ headers }) => headers['x-wine'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('without a model: the module says so', async () => {
    const { status, json } = await post('/v1/models/tools:predict', { instances: [1] });
    expect([status, json.code]).toEqual([400, 'INVALID_INPUT']);
    expect(json.error).toContain('has only routes of its own; expected a path under /tools');
  });
});

describe('their bodies', () => {
  test('are JSON or text, and may be missing', async () => {
    expect((await post('/models/wine/echo', { a: [1] })).json).toEqual({ body: { a: [1] } });
    expect((await post('/models/wine/echo', 'hi', 'text/plain')).json).toEqual({ body: 'hi' });
    const bare = await ask(app.app, { method: 'POST', url: '/models/wine/echo' });
    expect(bare.json).toEqual({ body: null });
  });

  test('are of any other type that the plugin parses', async () => {
    expect((await post('/tools/csv', 'a,b', 'text/csv')).json).toEqual(['a', 'b']);
  });

  test.each([
    ['{"a":', 'application/json', 400, 'INVALID_INPUT', /not valid JSON at position 5/],
    ['', 'application/json', 400, 'INVALID_INPUT', /the body is empty/],
    ['{"__proto__":{}}', 'application/json', 400, 'INVALID_INPUT', /not allowed \(__proto__\)/],
    ['['.repeat(5000), 'application/json', 400, 'INVALID_INPUT', /nested deeper than/],
    ['\xff', 'application/json', 400, 'INVALID_INPUT', /not valid JSON|UTF-8/],
    ['a,b', 'text/csv', 415, 'UNSUPPORTED_MEDIA_TYPE', /content type/],
    ['{}', 'nonsense', 415, 'UNSUPPORTED_MEDIA_TYPE', /content type/],
  ])('%s as %s: %i %s', async (body, type, status, code, error) => {
    const answer = await post('/models/wine/echo', body, type);
    expect(answer).toMatchObject({
      status,
      type: 'application/json',
      json: { code, requestId: REQUEST_ID },
    });
    expect(answer.json.error).toMatch(error);
    expect(answer.headers.connection).not.toBe('close');
  });

  test('are checked by the schemas of the routes', async () => {
    expect((await post('/models/wine/strict', { age: '7' })).json).toEqual({ age: 7 });
    const { status, json } = await post('/models/wine/strict', { age: 'old' });
    expect([status, json]).toEqual([
      400,
      { error: 'body/age must be integer', code: 'INVALID_INPUT', requestId: REQUEST_ID },
    ]);
  });
});

describe('their errors', () => {
  test.each([
    ['plainly', 500, 'MODEL_ERROR', 'model "wine" failed: no cork'],
    ['politely', 404, 'BAD_REQUEST', 'no such vintage'],
    ['coded', 429, 'TOO_MANY', 'too many sips'],
    ['before', 403, 'BAD_REQUEST', 'not for you'],
    ['invalid', 400, 'INVALID_INPUT', 'expected a grape'],
    ['text', 500, 'MODEL_ERROR', 'model "wine" failed: a text'],
    ['unavailable', 503, 'MODEL_ERROR', 'closed'],
  ])('thrown %s: %i %s', async (how, status, code, error) => {
    const before = app.lines.length;
    const answer = await get(`/models/wine/fails/${how}`);
    expect(answer).toMatchObject({ status, type: 'application/json' });
    expect(answer.json).toEqual({ error, code, requestId: REQUEST_ID });
    const logged = app.lines.slice(before).filter(({ level }) => level === 'error');
    expect(logged).toHaveLength(status >= 500 ? 1 : 0);
    expect(answer.headers['retry-after']).toBe(how === 'coded' ? '3' : undefined);
  });

  test('of a model that a route has run', async () => {
    const failed = await post('/models/wine/sum', [[-1, 0]]);
    expect([failed.status, failed.json.error]).toEqual([500, 'model "wine" failed: sour']);
    const refused = await post('/models/wine/sum', [['a', 0]]);
    expect([refused.status, refused.json.code]).toEqual([400, 'INVALID_INPUT']);
  });

  test('may be told by the plugin itself', async () => {
    expect(await get('/tools/fails')).toMatchObject({ status: 418, json: { mine: 'spilled' } });
    expect((await get('/models/wine/nowhere')).json.code).toBe('ROUTE_NOT_FOUND');
  });
});

describe('refused at load', () => {
  /** Models with routes of their own: `readyWithRoutes` looks at nothing else. */
  const withRoutes = (...names: string[]): Model[] =>
    names.map((name) => ({ name, routes: { prefix: `/models/${name}` } }) as unknown as Model);

  test.each([
    ["export const routes = () => { throw new Error('no cellar'); };", 'no cellar'],
    ["export const routes = async () => { throw new Error('no cellar'); };", 'no cellar'],
    ["export const routes = (app, options, done) => done(new Error('no cellar'));", 'no cellar'],
    [
      "export const routes = (app, options, done) => { throw new Error('no cellar'); };",
      'no cellar',
    ],
    ['export const routes = async (app) => app.get("/a");', 'handler'],
    [
      "export const routes = async (app) => { app.register(async () => { throw new Error('deep'); }); };",
      'deep',
    ],
    [
      'export const routes = async (app) => app.post("/a", { schema: { body: { type: "odd" } } }, () => 1);',
      'schema',
    ],
  ])('%s', async (source, reason) => {
    const { app: broken } = await modelApp([write('wine', source)]);
    await expect(readyWithRoutes(broken, withRoutes('port', 'wine'))).rejects.toMatchObject({
      exitCode: 11,
      message: expect.stringMatching(
        new RegExp(`^routes of model "wine" could not be set up: .*${reason}`),
      ),
    });
  });

  test.each([
    ['export const routes = 5;', 'routes: expected a Fastify plugin, got 5'],
    ['export const routes = () => {}; export const prefix = "/v1";', 'would hide the server'],
  ])('%s', async (source, reason) => {
    await expect(modelApp([write('wine', source)])).rejects.toThrow(reason);
  });

  test('the model is told before its plugin runs, and when its schemas are wrong', async () => {
    const begun: string[] = [];
    const begin = ({ name }: Model): void => void begun.push(name);
    const schema = '{ schema: { body: { type: "odd" } } }';
    const broken = write(
      'port',
      `export const routes = async (app) => app.post("/a", ${schema}, () => 1);`,
    );
    const paths = [broken, write('wine', 'export const routes = async () => {};')];
    const { app: both } = await modelApp(paths, undefined, begin);
    await expect(readyWithRoutes(both, withRoutes('port', 'wine'), begin)).rejects.toThrow(
      'model "port" could',
    );
    expect(begun).toEqual(['port', 'wine', 'port']);
  });

  test('two modules with one prefix', async () => {
    const source = 'export const routes = () => {}; export const prefix = "/same";';
    await expect(modelApp([write('one', source), write('two', source)])).rejects.toThrow(
      'its routes are at /same, as are those of "one"; give one of them another prefix',
    );
  });
});

// The operator's verbs over a real socket, asked by HTTP and by `forkcast ctl`; who does them is a stand-in.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Settings } from '../../src/config/settings.js';
import type { Address } from '../../src/config/values/address.js';
import { runVerb } from '../../src/ctl/ctl.js';
import { RequestError, StartError } from '../../src/errors.js';
import { makeAdminServer } from '../../src/master/control/admin.js';
import { answerControl } from '../../src/master/control/control-routes.js';
import type { ReloadReport } from '../../src/master/reload/reload.js';
import type { LogLevel } from '../../src/observe/logger.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { served } from '../unit/master/served-model.js';

const MODEL = served('digits', { version: '2', runtime: 'onnx', isDefault: true });

const REPORT: ReloadReport = {
  generation: 7,
  replaced: 2,
  models: { added: ['wine'], removed: [], changed: ['digits', 'iris'] },
  settings: { taken: ['timeout', 'queueLimit'], notTaken: ['bind'] },
  skipped: [{ name: 'cat', reason: 'no file' }],
};

let asked: string[];
let modelControl: Settings['modelControl'];

beforeEach(() => {
  asked = [];
  modelControl = 'auto';
});

async function listening(): Promise<Address & { kind: 'tcp' }> {
  const control = {
    load: async (name: string) => {
      asked.push(`load ${name}`);
      if (name === 'broken') throw new RequestError('MODEL_LOAD_FAILED', 'it has no file');
      if (name === 'fault') throw new TypeError('secret of ours');
    },
    unload: async (name: string, withPipelines: boolean) => {
      asked.push(`unload ${name} ${withPipelines}`);
    },
  };
  const reload = async () => {
    asked.push('reload');
    return REPORT;
  };
  const logLevel = {
    now: 'info' as LogLevel,
    level: () => logLevel.now,
    change: (level: LogLevel) => {
      logLevel.now = level;
    },
  };
  const bind = [{ kind: 'tcp', host: '127.0.0.1', port: 8000 }] as const;
  const server = makeAdminServer({
    knowledge: {} as never,
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    status: () => ({ state: 'serving' }),
    control: (route, request) =>
      answerControl(route, request, {
        settings: { modelControl, bind },
        catalog: { models: [MODEL], unreadable: [] },
        control,
        drain: () => {
          asked.push('drain');
        },
        restarts: {
          run: async (slot) => {
            asked.push(`restart ${slot}`);
          },
        },
        scaling: {
          to: async (workers) => {
            asked.push(`scale ${workers}`);
          },
        },
        logLevel,
        reload,
      }),
  }).listen(0, '127.0.0.1');
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { kind: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

async function post(path: string, body?: string, headers: Record<string, string> = {}) {
  const { port } = await listening();
  const init = { method: 'POST', headers, ...(body === undefined ? {} : { body }) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), text };
}

const MODELS = '/v2/repository/models';

describe('by HTTP', () => {
  test.each([
    [`${MODELS}/digits/load`, undefined, 'load digits'],
    [`${MODELS}/digits/load`, '{}', 'load digits'],
    [`${MODELS}/digits/load`, '{"parameters":{"other":1}}', 'load digits'],
    [`${MODELS}/digits/unload`, undefined, 'unload digits false'],
    [`${MODELS}/digits/unload`, '{"parameters":{"unload_dependents":true}}', 'unload digits true'],
    [`${MODELS}/a%2Eb/load`, undefined, 'load a.b'],
    ['/scale', '{"workers":0}', 'scale 0'],
    ['/scale', '{"workers":1024}', 'scale 1024'],
    ['/drain', undefined, 'drain'],
    ['/restart', '{"slot":1}', 'restart 1'],
  ])('%s %s is done, and says nothing', async (path, body, verb) => {
    expect(await post(path, body)).toEqual({ status: 200, type: null, text: '' });
    expect(asked).toEqual([verb]);
  });

  test.each([
    [undefined, 1],
    ['{"ready":true}', 1],
    ['{"ready":false}', 0],
  ])('the index of %s has %i models', async (body, count) => {
    const { status, type, text } = await post('/v2/repository/index', body);
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' });
    const entry = { name: 'digits', version: '2', state: 'READY', reason: '' };
    expect(JSON.parse(text)).toEqual(Array.from({ length: count }, () => entry));
  });

  test.each([
    ['/v2/repository/index', '{', 'not valid JSON'],
    ['/v2/repository/index', '[]', 'the body: expected an object, got []'],
    ['/v2/repository/index', '{"ready":"yes"}', 'ready: expected true or false, got "yes"'],
    [`${MODELS}/a/load`, 'null', 'the body: expected an object, got null'],
    [`${MODELS}/a/load`, '{"parameters":7}', 'parameters: expected an object, got 7'],
    [`${MODELS}/a/load`, '{"parameters":{"config":"{}"}}', 'parameters.config: is not supported'],
    [`${MODELS}/a/load`, '{"parameters":{"file:1/m":"x"}}', 'parameters.file:1/m: is not supp'],
    ['/scale', undefined, 'workers: expected a whole number from 0 to 1024, got nothing'],
    ['/scale', '{"workers":1.5}', 'workers: expected a whole number from 0 to 1024, got 1.5'],
    ['/scale', '{"workers":-1}', 'expected a whole number'],
    ['/scale', '{"workers":1025}', 'expected a whole number'],
    ['/scale', '{"workers":"2"}', 'got "2"'],
    [
      `${MODELS}/a/unload`,
      '{"parameters":{"unload_dependents":1}}',
      'parameters.unload_dependents: expected true or false, got 1',
    ],
  ])('%s %s: 400 %s', async (path, body, reason) => {
    const { status, text } = await post(path, body);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(JSON.parse(text).error).toContain(reason);
    expect(asked).toEqual([]);
  });

  test('a body that is too large is refused', async () => {
    expect((await post('/v2/repository/index', ' '.repeat(70_000))).status).toBe(413);
  });

  test('what failed is told, and what is a fault of ours is not', async () => {
    const failed = await post(`${MODELS}/broken/load`);
    expect(failed.status).toBe(400);
    expect(JSON.parse(failed.text)).toMatchObject({
      error: 'it has no file',
      code: 'MODEL_LOAD_FAILED',
    });
    const fault = await post(`${MODELS}/fault/load`);
    expect(fault.status).toBe(500);
    expect(fault.text).not.toContain('secret');
  });

  test('a web page may ask what there is, and change nothing', async () => {
    const headers = { origin: 'http://page.example' };
    expect((await post('/reload', undefined, headers)).status).toBe(403);
    expect((await post('/scale', '{"workers":1}', headers)).status).toBe(403);
    expect((await post('/drain', undefined, headers)).status).toBe(403);
    expect((await post('/v2/repository/index', undefined, headers)).status).toBe(200);
    modelControl = 'off';
    const { status, text } = await post(`${MODELS}/a/unload`);
    expect(status).toBe(403);
    expect(JSON.parse(text).error).toContain('--model-control');
    expect(asked).toEqual([]);
  });

  test('only by POST', async () => {
    const { port } = await listening();
    const answer = await fetch(`http://127.0.0.1:${port}${MODELS}/a/load`);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  test.each(['/v2/repository', `${MODELS}/a`, `${MODELS}/a/drop`, `${MODELS}/a%2Fb/load`])(
    'there is no %s',
    async (path) => {
      expect((await post(path)).status).toBe(404);
    },
  );
});

describe('by forkcast ctl', () => {
  const ctl = async (words: string[], isJson = false): Promise<string> =>
    runVerb(words, await listening(), isJson);

  test.each([
    [['load', 'digits'], 'load digits', 'digits is loaded'],
    [['unload', 'digits'], 'unload digits false', 'digits is unloaded'],
    [['scale', '1'], 'scale 1', '1 worker is ready'],
    [['scale', '3'], 'scale 3', '3 workers are ready'],
    [['restart', '0'], 'restart 0', 'slot 0 has a new worker'],
    [['drain'], 'drain', 'the server drains; it exits when everything is answered'],
  ])('%j is done, and says so', async (words, verb, said) => {
    expect(await ctl(words)).toBe(said);
    expect(asked).toEqual([verb]);
  });

  test('reload tells what it did, or what the server said', async () => {
    expect(await ctl(['reload'])).toBe(`generation 7, 2 workers replaced
models: added wine; changed digits, iris
skipped cat: no file
settings taken: timeout, queue-limit
not taken until a restart: bind`);
    expect(asked).toEqual(['reload']);
    expect(JSON.parse(await ctl(['reload'], true))).toEqual(REPORT);
  });

  test('a name leaves its place in the path nowhere', async () => {
    await expect(ctl(['load', '../../reload'])).rejects.toThrow(/no route/);
    expect(asked).toEqual([]);
  });

  test('models are a table, or JSON', async () => {
    expect(await ctl(['models'])).toBe('MODEL   VERSION  STATE  REASON\ndigits  2        READY');
    expect(JSON.parse(await ctl(['models'], true))).toMatchObject([{ name: 'digits' }]);
    expect(JSON.parse(await ctl(['status'], true))).toEqual({ state: 'serving' });
  });

  test('what failed is told with its reason, exit code 1', async () => {
    const error: unknown = await ctl(['load', 'broken']).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({
      exitCode: 1,
      message: 'it has no file (400 MODEL_LOAD_FAILED)',
    });
  });

  test('that nobody answers is told in plain words', async () => {
    const path = join(temporaryFolder(), 'none.sock');
    await expect(runVerb(['status'], { kind: 'unix', path }, false)).rejects.toThrow(
      `nobody answers at unix:${path} (ENOENT): is the server running`,
    );
    const { port } = await listening();
    const nobody = { kind: 'tcp', host: '127.0.0.1', port: port === 9 ? 10 : 9 } as const;
    await expect(runVerb(['status'], nobody, false)).rejects.toThrow(/nobody answers at .*REFUSED/);
  });
});

// What goes past Fastify is answered as Fastify answers it: header by header and byte by byte.
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkerEnd } from '../../src/link/worker-end.js';
import { loadModel } from '../../src/model/load-model.js';
import type { Model } from '../../src/model/model.js';
import { findModels } from '../../src/model/repository/repository.js';
import { buildApp } from '../../src/worker/app.js';
import { socketPair } from '../fixtures/socket-pair.js';
import { LinkFront } from './link-front.js';
import { silentLog } from './silent-log.js';

type Question = {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly method?: string;
};
type Told = {
  readonly status: number | undefined;
  readonly headers: object;
  readonly body: string;
};

const ROW = JSON.stringify({ instances: [[...new Array(63).fill(0), 16]] });
const V2 = JSON.stringify({
  inputs: [{ name: 'X', shape: [1, 64], datatype: 'FP32', data: new Array(64).fill(3) }],
});
const JSON_TYPE = { 'content-type': 'application/json' };
const LR = '/v1/models/digits-lr:predict';

const QUESTIONS: readonly (readonly [string, Question])[] = [
  ['a prediction', { path: LR, headers: JSON_TYPE, body: ROW }],
  ['a version', { path: '/v1/models/digits-lr/versions/1:predict', headers: JSON_TYPE, body: ROW }],
  ['no content type', { path: LR, body: ROW }],
  [
    'a content type in other words',
    { path: LR, headers: { 'content-type': 'application/JSON; charset=UTF-8' }, body: ROW },
  ],
  ['another content type', { path: LR, headers: { 'content-type': 'text/csv' }, body: '1,2' }],
  [
    'bytes for JSON',
    { path: LR, headers: { 'content-type': 'application/octet-stream' }, body: ROW },
  ],
  ['a malformed content type', { path: LR, headers: { 'content-type': 'json' }, body: ROW }],
  ['no body', { path: LR, headers: JSON_TYPE, body: '' }],
  ['broken JSON', { path: LR, headers: JSON_TYPE, body: '{"instances":[[1,' }],
  ['a wrong shape', { path: LR, headers: JSON_TYPE, body: '{"instances":[[1]]}' }],
  [
    'a compressed body',
    { path: LR, headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(ROW) },
  ],
  [
    'an unknown encoding',
    { path: LR, headers: { ...JSON_TYPE, 'content-encoding': 'br' }, body: ROW },
  ],
  [
    'a compressed reply',
    { path: LR, headers: { ...JSON_TYPE, 'accept-encoding': 'gzip, identity;q=0' }, body: ROW },
  ],
  ['a query', { path: `${LR}?a=1`, headers: JSON_TYPE, body: ROW }],
  ['another method', { path: LR, method: 'PUT', headers: JSON_TYPE, body: ROW }],
  ['an unknown model', { path: '/v1/models/none:predict', headers: JSON_TYPE, body: ROW }],
  ['no default model', { path: '/predict', headers: JSON_TYPE, body: ROW }],
  ['v2 JSON', { path: '/v2/models/digits-lr/infer', headers: JSON_TYPE, body: V2 }],
  [
    'v2 bytes',
    {
      path: '/v2/models/digits-lr/infer',
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': '0',
      },
      body: Buffer.alloc(256),
    },
  ],
  [
    'a module',
    {
      path: '/v1/models/readability:predict',
      headers: JSON_TYPE,
      body: '{"instances":["The quick brown fox. It jumps é."]}',
    },
  ],
  [
    'a module that throws',
    { path: '/v1/models/readability:predict', headers: JSON_TYPE, body: '{"instances":[5]}' },
  ],
];

function ask(port: number, { path, headers = {}, body, method = 'POST' }: Question): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      port,
      path,
      method,
      headers: { 'x-request-id': 'id-1', ...headers },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { date: _date, 'keep-alive': _keepAlive, ...others } = response.headers;
        const order = response.rawHeaders.filter((_, at) => at % 2 === 0);
        const told = { ...others, order: order.filter((name) => name !== 'Date') };
        resolve({
          status: response.statusCode,
          headers: told,
          body: Buffer.concat(chunks).toString('hex'),
        });
      });
    });
    sent.end(body);
  });
}

describe('a prediction over the link', () => {
  let models: Model[];
  let direct: FastifyInstance;
  let linked: FastifyInstance;
  let worker: WorkerEnd;
  let front: LinkFront;
  let handled = 0;
  let ports: readonly [number, number];

  beforeAll(async () => {
    models = [];
    for (const plan of findModels('models')) {
      if (!['digits-lr', 'readability'].includes(plan.name)) continue;
      const options = { threads: 1, logger: silentLog, loaded: models };
      models.push(...(await loadModel(plan, options)));
    }
    const options = { models, log: silentLog, maxBodyBytes: 2 ** 25 };
    direct = buildApp(options);
    await direct.listen({ port: 0, host: '127.0.0.1' });
    const [master, ofWorker] = await socketPair();
    worker = new WorkerEnd(ofWorker);
    linked = buildApp({
      ...options,
      serverFactory: worker.serverFactory,
    });
    linked.addHook('onRequest', async () => {
      handled += 1;
    });
    await linked.ready();
    worker.start();
    front = new LinkFront(master);
    front.server.listen(0, '127.0.0.1');
    await once(front.server, 'listening');
    ports = [
      (direct.server.address() as AddressInfo).port,
      (front.server.address() as AddressInfo).port,
    ];
  });

  afterAll(async () => {
    front.server.close();
    await worker.close();
    await linked.close();
    await direct.close();
    await Promise.all(models.map((model) => model.dispose()));
  });

  test.each(QUESTIONS)('%s', async (_title, question) => {
    const [expected, answer] = [await ask(ports[0], question), await ask(ports[1], question)];
    expect(answer).toEqual(expected);
  });

  test('of a known path needs nothing of Fastify, and another does', async () => {
    handled = 0;
    await ask(ports[1], { path: LR, headers: JSON_TYPE, body: ROW });
    expect(handled).toBe(0);
    await ask(ports[1], { path: `${LR}?a=1`, headers: JSON_TYPE, body: ROW });
    expect(handled).toBe(1);
  });

  test('leaves nothing open', () => {
    expect(worker.openRequests).toBe(0);
    expect(front.openRequests).toBe(0);
  });
});

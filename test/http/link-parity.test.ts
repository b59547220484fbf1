import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkerEnd } from '../../src/link/worker-end.js';
import { socketPair } from '../fixtures/socket-pair.js';
import { LinkFront } from './link-front.js';
import { largeBody, parityApp } from './link-parity-app.js';

type Case = {
  name?: string;
  method?: string;
  path: string;
  headers?: string[];
  body?: string | Buffer;
  isChunked?: boolean;
};

type Answer = {
  outcome: 'complete' | 'cut off' | 'refused';
  status: number;
  headers: string[];
  trailers: string[];
  body: string;
};

const JSON_TYPE = ['Content-Type', 'application/json'];

const GETS: Case[] = [
  ...['/json', '/string', '/html', '/buffer', '/typed', '/large', '/large-text', '/middle-text'],
  ...['/empty', '/empty-string', '/null', '/204', '/204-body', '/204-stream', '/304', '/304-body'],
  ...['/201', '/599', '/redirect', '/redirect-301', '/cookies', '/array-header', '/length'],
  ...['/trailers', '/trailers-stream'],
  ...['/throw', '/throw-422', '/throw-async', '/send-error', '/error-headers', '/bad-header'],
  ...['/bad-header-char', '/bad-name', '/bad-payload', '/call-not-found', '/no-such-route', '/%'],
  ...['/stream', '/stream-typed', '/stream-length', '/stream-empty', '/stream-slow'],
  ...['/stream-large', '/stream-pipeline', '/stream-fails-midway', '/stream-fails-early'],
  ...['/web-stream', '/web-response', '/web-response-empty', '/web-stream-fails'],
  ...['/raw-set-header', '/hijack', '/hijack-end', '/hijack-end-latin1', '/hijack-empty'],
  ...['/hijack-head-end', '/hijack-set-and-head', '/hijack-204', '/hijack-no-length'],
  ...['/hijack-flush', '/hijack-pipe', '/hijack-pipeline', '/hijack-trailers', '/hijack-destroy'],
  ...['/hijack-destroy-midway', '/socket-destroy', '/events', '/last-events', '/raw-errors'],
  ...['/hooks/get', '/hooks/responses', '/hooks/stopped', '/hooks/throws', '/hooks/none'],
  ...['/own/throws', '/own/none', '/own/stream-fails-early'],
  ...['/facts/a%20b?x=1&y=%C3%BC&x=2', '/echo?q=1'],
].map((path) => ({ path }));

const HEADS: Case[] = [
  ...['/json', '/string', '/large', '/204', '/304', '/stream', '/head', '/head-length', '/throw'],
  ...['/none', '/web-response', '/hijack', '/hijack-end', '/hooks/get', '/empty'],
].map((path) => ({ method: 'HEAD', path }));

const OTHERS: Case[] = [
  { method: 'OPTIONS', path: '/options' },
  { method: 'OPTIONS', path: '/json' },
  { method: 'DELETE', path: '/delete' },
  { method: 'DELETE', path: '/delete', headers: JSON_TYPE, body: '{"a":1}' },
  { method: 'PUT', path: '/echo', headers: JSON_TYPE, body: '[1,2]' },
  { method: 'PATCH', path: '/echo', headers: JSON_TYPE, body: '"x"' },
  { method: 'POST', path: '/json', headers: JSON_TYPE, body: '{}' },
  {
    name: 'duplicate headers',
    path: '/headers',
    headers: [
      ...['Cookie', 'a=1', 'cookie', 'b=2', 'X-Many', '1', 'x-many', '2', 'X-MANY', '3'],
      ...['User-Agent', 'one', 'user-agent', 'two', 'Set-Cookie', 's=1', 'set-cookie', 's=2'],
      ...['Accept', 'text/a', 'accept', 'text/b', 'Authorization', 'x', 'authorization', 'y'],
      ...['constructor', 'c', 'X-Latin', 'gr\u00fcn', 'X-Empty', ''],
    ],
  },
  { path: '/facts/x', headers: ['X-Forwarded-For', '1.2.3.4', 'X-Forwarded-Proto', 'https'] },
  { path: '/json', headers: ['Accept-Version', '1.0.0'] },
  { path: '/json', headers: ['Expect', '100-continue'] },
];

const POSTS: Case[] = [
  { name: 'json', path: '/echo', headers: JSON_TYPE, body: '{"a":[1,"grün"]}' },
  { name: 'json, chunked', path: '/echo', headers: JSON_TYPE, body: '{"a":1}', isChunked: true },
  { name: 'bad json', path: '/echo', headers: JSON_TYPE, body: '{"a":' },
  { name: 'poisoned json', path: '/echo', headers: JSON_TYPE, body: '{"__proto__":1}' },
  { name: 'empty json', path: '/echo', headers: JSON_TYPE, body: '' },
  { name: 'no type', path: '/echo', body: 'x' },
  { name: 'no body', path: '/echo' },
  { name: 'text', path: '/echo', headers: ['Content-Type', 'text/plain'], body: 'grün ✓' },
  { name: 'unknown type', path: '/echo', headers: ['Content-Type', 'a/b'], body: 'x' },
  { name: 'invalid type', path: '/echo', headers: ['Content-Type', 'nonsense'], body: 'x' },
  {
    name: 'buffer',
    path: '/echo-buffer',
    headers: ['Content-Type', 'application/octet-stream'],
    body: Buffer.from([0, 255, 10, 13, 128]),
  },
  {
    name: '5 MB both ways',
    path: '/echo-buffer',
    headers: ['Content-Type', 'application/octet-stream'],
    body: largeBody(),
  },
  {
    name: '5 MB chunked',
    path: '/digest',
    headers: ['Content-Type', 'application/octet-stream'],
    body: largeBody(),
    isChunked: true,
  },
  ...['x-stream', 'x-iterate', 'x-pipe', 'x-raw'].flatMap((kind) => [
    {
      name: `parser ${kind}`,
      path: '/complete',
      headers: ['Content-Type', `application/${kind}`],
      body: 'streamed body',
    },
    {
      name: `parser ${kind}, empty`,
      path: '/complete',
      headers: ['Content-Type', `application/${kind}`],
      body: '',
    },
  ]),
  {
    name: 'over the limit of the route',
    path: '/tiny',
    headers: JSON_TYPE,
    body: '{"a":"01234567890"}',
  },
  { name: 'valid', path: '/validated', headers: JSON_TYPE, body: '{"rows":3}' },
  { name: 'invalid', path: '/validated', headers: JSON_TYPE, body: '{"rows":"many"}' },
  { name: 'hooks', path: '/hooks/post', headers: JSON_TYPE, body: '{"a":1}' },
  { name: 'own handler, bad json', path: '/own/json', headers: JSON_TYPE, body: '{' },
  { name: 'not found', path: '/none', headers: JSON_TYPE, body: '{}' },
].map((each) => ({ ...each, method: 'POST' }));

const CASES = [...GETS, ...HEADS, ...OTHERS, ...POSTS];

/** What belongs to the connection, not to the reply. */
const OF_THE_CONNECTION = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

function titleOf(each: Case): string {
  return `${each.method ?? 'GET'} ${each.path}${each.name === undefined ? '' : ` (${each.name})`}`;
}

function ask(port: number, each: Case): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = ['Host', 'model.test:8080', ...(each.headers ?? [])];
    if (each.isChunked) headers.push('Transfer-Encoding', 'chunked');
    else if (each.body !== undefined)
      headers.push('Content-Length', `${Buffer.byteLength(each.body)}`);
    const answer: Answer = { outcome: 'refused', status: 0, headers: [], trailers: [], body: '' };
    const sent = httpRequest({
      port,
      method: each.method ?? 'GET',
      path: each.path,
      headers,
      agent: false,
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resolve(answer);
      else reject(error);
    });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => {});
      response.on('close', () => {
        answer.outcome = response.complete ? 'complete' : 'cut off';
        answer.status = response.statusCode ?? 0;
        answer.headers = lines(response.rawHeaders);
        answer.trailers = lines(response.rawTrailers);
        answer.body = Buffer.concat(chunks).toString('latin1');
        resolve(answer);
      });
    });
    sent.end(each.body);
  });
}

function lines(raw: string[]): string[] {
  const pairs: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    if (!OF_THE_CONNECTION.has((raw[at] ?? '').toLowerCase()))
      pairs.push(`${raw[at]}: ${raw[at + 1]}`);
  }
  return pairs;
}

describe('the link answers as a port does', () => {
  let direct: FastifyInstance;
  let linked: FastifyInstance;
  let worker: WorkerEnd;
  let front: LinkFront;
  let directPort: number;
  let linkedPort: number;

  beforeAll(async () => {
    direct = await parityApp();
    await direct.listen({ port: 0, host: '127.0.0.1' });
    directPort = (direct.server.address() as AddressInfo).port;
    const [master, ofWorker] = await socketPair();
    worker = new WorkerEnd(ofWorker);
    linked = await parityApp(worker.serverFactory);
    worker.start();
    front = new LinkFront(master);
    front.server.listen(0, '127.0.0.1');
    await once(front.server, 'listening');
    linkedPort = (front.server.address() as AddressInfo).port;
  });

  afterAll(async () => {
    front.server.close();
    await worker.close();
    await linked.close();
    await direct.close();
  });

  test.each(CASES.map((each) => [titleOf(each), each] as const))('%s', async (_title, each) => {
    const expected = await ask(directPort, each);
    const answer = await ask(linkedPort, each);
    expect(answer).toEqual(expected);
  });

  test('many at once are not mixed up', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_unused, index) =>
        ask(linkedPort, {
          path: `/echo?n=${index}`,
          method: 'POST',
          headers: JSON_TYPE,
          body: `[${index}]`,
        }),
      ),
    );
    for (const [index, answer] of answers.entries()) {
      expect(JSON.parse(answer.body)).toEqual({ body: [index], query: { n: `${index}` } });
    }
  });

  test('nothing stays open', () => {
    expect(worker.openRequests).toBe(0);
    expect(front.openRequests).toBe(0);
  });
});

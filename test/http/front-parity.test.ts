// The table of the link's parity suite a third way: through the master's own front.
import { METHODS } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parityApp } from './link-parity-app.js';
import { CASES, type Case, titleOf } from './link-parity-cases.js';
import { type Answer, ask, expectAlike } from './link-parity-client.js';
import { MasterFront } from './master-front.js';

/** Where the front rightly answers otherwise than a port. */
const DIFFERENT: Readonly<Record<string, { why: string; answer: Partial<Answer> }>> = {
  'GET /hijack-destroy': {
    why: 'every request gets an answer; a handler that gives none is a fault of the model',
    answer: { outcome: 'complete', status: 500, body: expect.stringContaining('MODEL_ERROR') },
  },
  'GET /socket-destroy': {
    why: 'the connection is the front’s, so a handler can only break off its own reply',
    answer: { outcome: 'complete', status: 500, body: expect.stringContaining('MODEL_ERROR') },
  },
  'GET /headers (duplicate headers)': {
    why: 'hop-by-hop headers end at the front, which adds the id of the request',
    answer: { status: 200, body: expect.stringMatching(/^(?!.*"connection").*"x-request-id"/) },
  },
  'GET /facts/x (forwarded)': {
    why: 'the front has looked at who asks, and believes a proxy on this machine',
    answer: { status: 200, body: expect.stringMatching(/"ip":"1\.2\.3\.4".*"protocol":"https"/) },
  },
  'POST /echo (no body)': {
    why: 'an empty chunked body has become one of length 0, so Fastify asks for no content type',
    answer: { status: 200, body: '{"body":null,"query":{}}' },
  },
};

const MORE: readonly Case[] = [
  ...METHODS.filter((method) => method !== 'CONNECT').map((method) => ({ method, path: '/json' })),
  { path: '/echo', method: 'POST', body: 'x', isChunked: true, name: 'no type, chunked' },
  { path: '*', method: 'OPTIONS' },
  { path: '/json', headers: ['Connection', 'Upgrade', 'Upgrade', 'websocket'] },
  { path: '/json', headers: ['Connection', 'close, X-Own', 'X-Own', '1'], name: 'own hop' },
  { path: '/echo?a=%00&b=//', method: 'POST', headers: ['Content-Type', 'text/plain'], body: 'x' },
];

let direct: FastifyInstance;
let directPort: number;
let master: MasterFront;

beforeAll(async () => {
  direct = await parityApp();
  await direct.listen({ port: 0, host: '127.0.0.1' });
  directPort = (direct.server.address() as AddressInfo).port;
  master = new MasterFront();
  await master.listen();
  await master.addWorker(parityApp);
});

afterAll(async () => {
  await master.close();
  await direct.close();
});

describe('the front answers as a port does', () => {
  test.each([...CASES, ...MORE].map((each) => [titleOf(each), each] as const))(
    '%s',
    async (title, each) => {
      const expected = await ask(directPort, each);
      const answer = await ask(master.port, each);
      const ids = answer.headers.filter((line) => line.startsWith('x-request-id: '));
      answer.headers = answer.headers.filter((line) => !ids.includes(line));
      expect(ids).toHaveLength(answer.outcome === 'refused' ? 0 : 1);
      const different = DIFFERENT[title];
      if (different === undefined) expectAlike(answer, expected);
      else expect(answer, different.why).toMatchObject(different.answer);
    },
  );

  test('and closes the books on every request', () => {
    expect(master.isClean).toBe(true);
    expect(master.entries).toHaveLength(CASES.length + MORE.length);
  });

  test('where it does not, the table says why', () => {
    const titles = CASES.map(titleOf);
    expect(Object.keys(DIFFERENT).filter((title) => !titles.includes(title))).toEqual([]);
  });
});

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WorkerEnd } from '../../src/link/worker-end.js';
import { socketPair } from '../fixtures/socket-pair.js';
import { LinkFront } from './link-front.js';
import { parityApp } from './link-parity-app.js';
import { CASES, type Case, JSON_TYPE, titleOf } from './link-parity-cases.js';
import { listenForLeaving } from './link-parity-raw.js';

type Answer = {
  outcome: 'complete' | 'cut off' | 'refused';
  status: number;
  headers: string[];
  trailers: string[];
  body: string;
};

/** What belongs to the connection, not to the reply. */
const OF_THE_CONNECTION = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

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

function brief({ body }: Answer): string {
  return `${body.length} bytes "${body.slice(0, 200)}"`;
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
    // How much of a reply arrives before it is cut off is a matter of time.
    if (expected.outcome === 'cut off') {
      const common = Math.min(answer.body.length, expected.body.length);
      answer.body = answer.body.slice(0, common);
      expected.body = expected.body.slice(0, common);
    }
    // Not in the objects: the report of a difference would be megabytes.
    expect(answer.body === expected.body, `${brief(answer)} for ${brief(expected)}`).toBe(true);
    expect({ ...answer, body: '' }).toEqual({ ...expected, body: '' });
  });

  test('a client that leaves is noticed alike', async () => {
    for (const port of [directPort, linkedPort]) {
      const heard = listenForLeaving();
      const sent = httpRequest({ port, path: '/leave' });
      sent.on('error', () => {});
      sent.end();
      await vi.waitFor(() => expect(heard).toEqual(['arrived']));
      sent.destroy();
      await vi.waitFor(() => expect(heard).toHaveLength(4));
      expect(heard.toSorted()).toEqual(['aborted hook', 'arrived', 'closed true', 'signal']);
    }
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

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkerEnd } from '../../src/link/worker-end.js';
import { socketPair } from '../fixtures/socket-pair.js';
import { LinkFront } from './link-front.js';
import { parityApp } from './link-parity-app.js';
import { CASES, JSON_TYPE, titleOf } from './link-parity-cases.js';
import { ask, expectAlike } from './link-parity-client.js';
import { listenForLeaving } from './link-parity-raw.js';

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
    expectAlike(answer, expected);
  });

  test('a client that leaves is noticed alike', async () => {
    for (const port of [directPort, linkedPort]) {
      const heard = listenForLeaving();
      const sent = httpRequest({ port, path: '/leave' });
      sent.on('error', () => {});
      sent.end();
      await expect.poll(() => heard).toEqual(['arrived']);
      sent.destroy();
      await expect.poll(() => heard).toHaveLength(4);
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

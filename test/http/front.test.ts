// What no table of single requests shows: pipelines, connections that end, workers that go.
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { NO_FIGURES } from '../../src/link/frames/frame.js';
import { NO_FACTS, noteFacts } from '../../src/link/frames/reply-facts.js';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

const HOST = 'Host: model.test\r\n';
const get = (path: string): string => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`;
const post = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\n${HOST}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** `/held` answers when it is let go; `/name` says which worker answered. */
class HoldingApp {
  readonly held: (() => void)[] = [];

  readonly make = async (
    serverFactory: FastifyServerOptions['serverFactory'],
  ): Promise<FastifyInstance> => {
    const app = fastify({ ...(serverFactory && { serverFactory }) });
    app.all(
      '/held',
      () =>
        new Promise((resolve) => {
          this.held.push(() => resolve('let go'));
        }),
    );
    app.get('/begun', (_request, reply) => {
      reply.hijack();
      reply.raw.write('begun');
    });
    app.post('/echo', async (request) => request.body);
    app.get('/predicted', (_request, reply) => {
      const figures = { ...NO_FIGURES, runMicros: 2000, rows: 1 };
      noteFacts(reply.raw, { ...NO_FACTS, route: '/predicted', model: 'm', figures });
      reply.send('');
    });
    await app.ready();
    return app;
  };

  async isHolding(count: number): Promise<void> {
    await expect.poll(() => this.held, { interval: 5 }).toHaveLength(count);
  }

  letGo(): void {
    for (const answer of this.held.splice(0)) answer();
  }
}

let master: MasterFront;
let app: HoldingApp;

async function start(workers = 1, settings = {}): Promise<void> {
  master = new MasterFront(settings);
  await master.listen();
  app = new HoldingApp();
  for (let count = 0; count < workers; count += 1) await master.addWorker(app.make);
}

afterEach(async () => {
  await expect.poll(() => master.isClean).toBe(true);
  await master.close();
});

describe('pipelined requests', () => {
  test('are answered in their order, whoever is ready first', async () => {
    await start();
    const client = await RawClient.open(
      master.port,
      get('/held') + get('/livez') + post('/echo', 'third'),
    );
    await app.isHolding(1);
    app.letGo();
    await client.until(({ text }) => text.endsWith('third'), 'third answer');
    expect(client.text).toMatch(/let go[\s\S]*"live":true[\s\S]*third$/);
    client.socket.destroy();
  });

  test('are all answered before the refusal of one that begins HTTP/2', async () => {
    await start();
    const preface = 'PRI *aHTTP/2.0\r\nContent-Length: 3\r\nHost: a\r\n\r\nabc';
    const client = await RawClient.open(master.port, get('/held') + preface);
    await app.isHolding(1);
    app.letGo();
    await client.closed();
    expect(client.statuses).toEqual([200, 400]);
    expect(client.text).toContain('connection: close');
  });

  test('go on behind a large answer that had to wait for its turn', async () => {
    await start(2);
    const large = post('/echo', 'x'.repeat(100_000));
    const client = await RawClient.open(master.port, get('/held') + large);
    await app.isHolding(1);
    // The second is answered, and so much is held then that nothing more is read.
    await expect.poll(() => master.entries).toHaveLength(1);
    client.socket.write(post('/echo', 'third'));
    const other = await RawClient.open(master.port, get('/livez'));
    await other.until(
      ({ statuses }) => statuses.length === 1,
      'answer: the third has come by then',
    );
    app.letGo();
    await expect.poll(() => master.entries).toHaveLength(4);
    for (const { socket } of [client, other]) socket.destroy();
  });

  test('can be ended after several that begin HTTP/2 in one piece', async () => {
    await start();
    const preface = 'PRI /x\r\nHost: a\r\nConnection: keep-alive\r\n\r\n';
    const client = await RawClient.open(master.port, preface + preface);
    await client.until(({ statuses }) => statuses.length > 0, 'answer');
    client.socket.end();
    await client.closed();
    await expect.poll(() => master.front.openConnections).toBe(0);
  });

  test('are all answered before the refusal that ends the connection', async () => {
    await start();
    const client = await RawClient.open(
      master.port,
      `${get('/held')}${get('/livez')}${get('/readyz')}${get('/livez')}nonsense\r\n\r\n`,
    );
    await app.isHolding(1);
    app.letGo();
    await client.closed();
    expect(client.statuses).toEqual([200, 200, 200, 200, 400]);
  });

  test('are all answered before a request that is refused by its head', async () => {
    await start();
    const client = await RawClient.open(
      master.port,
      `${get('/held')}${get('/livez')}${get('/livez')}GET /livez HTTP/1.1\r\n\r\n`,
    );
    await app.isHolding(1);
    app.letGo();
    await client.closed();
    expect(client.statuses).toEqual([200, 200, 200, 400]);
    expect(client.text).toContain('"expected exactly one Host header, got none"');
  });

  test('give back the bytes of answers whose turn never came', async () => {
    await start();
    const client = await RawClient.open(master.port, get('/held') + get('/livez').repeat(30));
    await app.isHolding(1);
    await expect.poll(() => master.entries).toHaveLength(30);
    expect(master.budget.usedBytes).toBeGreaterThan(0);
    client.socket.destroy();
    await expect.poll(() => master.budget.usedBytes).toBe(0);
  });

  test('are answered before a CONNECT that follows', async () => {
    await start();
    const connect = `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`;
    const client = await RawClient.open(master.port, get('/held') + get('/livez') + connect);
    await app.isHolding(1);
    app.letGo();
    await client.closed();
    expect(client.statuses).toEqual([200, 200, 400]);
  });

  test('survive a CONNECT among them and a reset', async () => {
    // Only node:http lets go of a socket, and it is not asked before the first answer is out.
    await start(1, { fastPath: false });
    const connect = `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`;
    const client = await RawClient.open(master.port, get('/held') + connect);
    await app.isHolding(1);
    client.socket.resetAndDestroy();
    await expect.poll(() => master.front.openConnections).toBe(0);
    expect(master.entries.map(({ status }) => status)).toEqual([400, 499]);
  });
});

describe('a refusal', () => {
  test('of a HEAD request has no body', async () => {
    await start();
    const client = await RawClient.open(master.port, 'HEAD /livez HTTP/1.1\r\n\r\n');
    await client.closed();
    expect(client.text).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\n$/);
  });
});

describe('a worker that goes', () => {
  test('loses no request: it runs again on another', async () => {
    await start(2);
    const client = await RawClient.open(master.port, get('/held'));
    await app.isHolding(1);
    const busy = master.workers.find(({ end }) => end.openRequests > 0);
    busy?.kill();
    await app.isHolding(2);
    app.letGo();
    await client.until(({ text }) => text.endsWith('let go'), 'answer');
    expect(client.statuses).toEqual([200]);
    client.socket.destroy();
  });

  test('takes the connection of a reply that has begun along', async () => {
    await start(2);
    const client = await RawClient.open(master.port, get('/begun'));
    await client.until(({ text }) => text.includes('begun'), 'beginning');
    master.workers.find(({ end }) => end.openRequests > 0)?.kill();
    await client.closed();
    expect(client.text).not.toMatch(/0\r\n\r\n$/);
    expect(master.entries).toMatchObject([{ status: 200, code: 'WORKER_CRASHED' }]);
  });

  test('is not asked for by a client that has left', async () => {
    await start();
    const client = await RawClient.open(master.port, get('/held'));
    await app.isHolding(1);
    client.socket.destroy();
    await expect.poll(() => master.workers[0]?.end.openRequests).toBe(0);
    expect(master.entries).toMatchObject([{ status: 499, code: 'CLIENT_CLOSED_REQUEST' }]);
  });
});

test('while draining, every answer says that the connection ends', async () => {
  await start();
  master.isDraining = true;
  const client = await RawClient.open(master.port, post('/echo', 'last words'));
  await client.closed();
  expect(client.text).toMatch(/\r\nconnection: close\r\n[\s\S]*last words$/i);
});

describe('a client that waits for 100 Continue', () => {
  const head = (bytes: number): string =>
    `POST /echo HTTP/1.1\r\n${HOST}Content-Type: text/plain\r\nContent-Length: ${bytes}\r\nExpect: 100-continue\r\n\r\n`;

  test('is told to go on, then answered', async () => {
    await start();
    const client = await RawClient.open(master.port, head(4));
    await client.until(({ statuses }) => statuses[0] === 100, '100 Continue');
    client.socket.write('body');
    await client.until(({ text }) => text.endsWith('body'), 'answer');
    expect(client.statuses).toEqual([100, 200]);
    client.socket.destroy();
  });

  test('and is refused is cut: nobody knows whether its body follows', async () => {
    await start(1, { maxBody: 10 });
    const client = await RawClient.open(master.port, head(11));
    await client.closed();
    expect(client.statuses).toEqual([413]);
    expect(client.text).toMatch(/\r\nconnection: close\r\n/i);
  });
});

test('closing what is idle spares a request in progress, not a connection without a byte', async () => {
  await start();
  const silent = await RawClient.open(master.port, '');
  const idle = await RawClient.open(master.port, get('/livez'));
  const busy = await RawClient.open(master.port, get('/held'));
  await app.isHolding(1);
  await idle.until(({ statuses }) => statuses[0] === 200, 'answer');
  await expect.poll(() => master.front.openConnections).toBe(3);
  master.front.closeIdle();
  await silent.closed();
  await idle.closed();
  app.letGo();
  await busy.until(({ text }) => text.endsWith('let go'), 'answer');
  busy.socket.destroy();
});

test('only predictions teach the dispatcher how long a run takes', async () => {
  await start();
  const expectedMs = (): number => master.traffic.dispatcher.estimates.of('other').expectMs(0);
  const client = await RawClient.open(master.port, post('/echo', 'quick'));
  await client.until(({ text }) => text.endsWith('quick'), 'answer');
  expect(expectedMs()).toBe(Number.POSITIVE_INFINITY);
  client.socket.write(get('/predicted'));
  await client.until(({ statuses }) => statuses.length === 2, 'second answer');
  expect(expectedMs()).toBe(2);
  client.socket.destroy();
});

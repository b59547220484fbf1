// Clients that make the server hold memory and do not go on. Time is told to the front: nobody waits.
import { once } from 'node:events';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

const MB = 1024 * 1024;
const LARGE_BYTES = 32 * MB;

async function makeApp(
  serverFactory?: FastifyServerOptions['serverFactory'],
): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: 64 * MB, ...(serverFactory && { serverFactory }) });
  app.get('/large', (_request, reply) => reply.send(Buffer.alloc(LARGE_BYTES, 98)));
  app.get('/small', (_request, reply) => reply.send('small'));
  app.post('/predict', (_request, reply) => reply.send('done'));
  await app.ready();
  return app;
}

let master: MasterFront;
let clients: RawClient[] = [];

async function start(settings = {}): Promise<void> {
  master = new MasterFront(settings);
  await master.listen();
  await master.addWorker(makeApp);
}

async function open(text: string): Promise<RawClient> {
  const client = await RawClient.open(master.port, text);
  clients.push(client);
  return client;
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: model.test\r\n\r\n`;

function post(bytes: number, sent: string): string {
  const head = 'POST /predict HTTP/1.1\r\nHost: model.test\r\nContent-Type: text/plain\r\n';
  return `${head}Content-Length: ${bytes}\r\n\r\n${sent}`;
}

async function untilHeld(bytes: number): Promise<void> {
  await expect.poll(() => master.budget.usedBytes).toBe(bytes);
}

/** Begins to read a large reply, and stops as soon as it has begun. */
async function stalledReader(): Promise<RawClient> {
  const client = await open(get('/large'));
  await once(client.socket, 'data');
  client.socket.pause();
  await expect.poll(() => master.budget.usedBytes).toBeGreaterThan(MB);
  return client;
}

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  clients = [];
  await expect.poll(() => master.isClean).toBe(true);
  await master.close();
});

describe('a body that does not go on', () => {
  test('is answered 408 after the body timeout, and its connection closed', async () => {
    await start();
    const client = await open(post(16 * MB, 'begun'));
    await untilHeld(16 * MB);
    const t = performance.now();
    master.front.sweep(t);
    master.front.sweep(t + 29_000);
    expect(client.statuses).toEqual([]);
    master.front.sweep(t + 30_500);
    await client.closed();
    expect(client.statuses).toEqual([408]);
    expect(client.text).toContain('"code":"REQUEST_TIMEOUT"');
    expect(client.text).toContain('the body did not go on for');
    expect(master.entries).toMatchObject([{ status: 408, code: 'REQUEST_TIMEOUT' }]);
    expect(master.budget.usedBytes).toBe(0);
  });

  test('is not what one is that comes byte by byte', async () => {
    await start();
    const head = 'POST /predict HTTP/1.1\r\nHost: model.test\r\nContent-Type: text/plain\r\n';
    const client = await open(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`);
    await untilHeld(1);
    const t = performance.now();
    master.front.sweep(t);
    client.socket.write('1\r\nb\r\n');
    await untilHeld(2);
    master.front.sweep(t + 29_000);
    master.front.sweep(t + 58_000);
    client.socket.write('0\r\n\r\n');
    await client.until(({ statuses }) => statuses.length > 0, 'answer');
    expect(client.statuses).toEqual([200]);
  });

  test('of no announced length is ended just so', async () => {
    await start();
    const head = 'POST /predict HTTP/1.1\r\nHost: model.test\r\nTransfer-Encoding: chunked\r\n\r\n';
    const client = await open(`${head}5\r\nbegun\r\n`);
    await untilHeld(5);
    const t = performance.now();
    master.front.sweep(t);
    master.front.sweep(t + 31_000);
    await client.closed();
    expect(client.statuses).toEqual([408]);
  });

  test('makes room for others after two seconds, the longest stalled first and no more than needed', async () => {
    await start({ queueBytes: 40 * MB, maxBody: 20 * MB });
    const t = performance.now();
    const first = await open(post(20 * MB, 'begun'));
    await untilHeld(20 * MB);
    master.front.sweep(t - 9000);
    const second = await open(post(20 * MB, 'begun'));
    await untilHeld(40 * MB);
    master.front.sweep(t - 1000);
    const third = await open(post(8 * MB, 'x'.repeat(8 * MB)));
    await third.until(({ statuses }) => statuses.length > 0, 'answer');
    expect(third.statuses).toEqual([200]);
    await first.closed();
    expect(first.statuses).toEqual([408]);
    expect(first.text).toContain('needed for other requests');
    expect(second.isClosed).toBe(false);
    expect(master.ended).toEqual([{ bodies: 1, readers: 0 }]);
  });

  test('is spared where ending it would help nobody', async () => {
    await start({ queueBytes: 40 * MB, maxBody: 40 * MB });
    const t = performance.now();
    const old = await open(post(10 * MB, 'begun'));
    await untilHeld(10 * MB);
    master.front.sweep(t - 9000);
    await open(post(25 * MB, 'begun'));
    await untilHeld(35 * MB);
    const third = await open(post(20 * MB, 'begun'));
    await third.until(({ statuses }) => statuses.length > 0, 'answer');
    expect(third.statuses).toEqual([503]);
    expect(third.text).toContain('retry-after: 1\r\n');
    expect(old.isClosed).toBe(false);
  });
});

describe('an answer that is not taken', () => {
  test('makes others be refused while more is held than may be, and its reader be cut', async () => {
    await start({ queueBytes: MB, maxBody: MB });
    const reader = await stalledReader();
    expect(master.budget.isExceeded).toBe(true);
    const other = await open(get('/small'));
    await other.until(({ statuses }) => statuses.length > 0, 'answer');
    expect(other.text).toContain('retry-after: 1\r\n');
    const t = performance.now();
    master.front.sweep(t);
    master.front.sweep(t + 500);
    expect(reader.isClosed).toBe(false);
    master.front.sweep(t + 1100);
    expect(master.budget.usedBytes).toBe(0);
    expect(master.ended).toEqual([{ bodies: 0, readers: 1 }]);
    other.socket.write(get('/small'));
    await other.until(({ text }) => text.endsWith('small'), 'answer');
  });

  test('harms nobody while there is room', async () => {
    await start();
    const reader = await stalledReader();
    const t = performance.now();
    master.front.sweep(t);
    master.front.sweep(t + 20_000);
    expect(master.ended).toEqual([]);
    reader.socket.resume();
    await reader.until(({ bytes }) => bytes > LARGE_BYTES, '32 MB');
    await untilHeld(0);
  });

  test('is given up for a body that needs the room', async () => {
    await start({ queueBytes: 40 * MB, maxBody: 32 * MB });
    await stalledReader();
    const t = performance.now();
    master.front.sweep(t - 3000);
    const body = await open(post(20 * MB, 'x'.repeat(20 * MB)));
    await body.until(({ statuses }) => statuses.length > 0, 'answer');
    expect(body.statuses).toEqual([200]);
    expect(master.ended).toEqual([{ bodies: 0, readers: 1 }]);
  });

  test('does not stop the service however slowly it is taken', async () => {
    await start({ queueBytes: MB, maxBody: MB });
    const reader = await stalledReader();
    const t = performance.now();
    master.front.sweep(t);
    // It takes a little between two looks, each time.
    for (let look = 1; look <= 4; look += 1) {
      await reader.take(128 * 1024);
      master.front.sweep(t + look * 300);
    }
    expect(master.budget.usedBytes).toBe(0);
  });
});

describe.each([true, false])('with the fast path: %s', (fastPath) => {
  test('an answer that is still being taken outlives the closing of idle connections', async () => {
    await start({ fastPath });
    const reader = await stalledReader();
    master.front.closeIdle();
    reader.socket.resume();
    await reader.until(({ bytes }) => bytes > LARGE_BYTES, '32 MB');
    await untilHeld(0);
  });

  test('pipelined requests are read no further while their answers are not taken', async () => {
    // More than the kernel holds of the answers.
    const count = 80_000;
    await start({ fastPath });
    let isPaused = (): boolean => false;
    master.onConnection((socket) => {
      isPaused = () => socket.isPaused();
    });
    const client = await open('');
    client.socket.pause();
    client.socket.write(get('/livez').repeat(count));
    await expect.poll(() => isPaused()).toBe(true);
    expect(master.entries.length).toBeLessThan(count);
    client.socket.resume();
    await expect.poll(() => master.entries.length).toBe(count);
  });
});

// Streamed and very large replies through the master's front: who waits for whom, who is cut.
// Time is told to the front: nobody waits, and nobody is late.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

const CHUNK_BYTES = 64 * 1024;
const CHUNKS = 1024;
/** Many chunks in every read of the link. */
const BURST_CHUNK = 'c'.repeat(1024);
const BURST_CHUNKS = 4096;
/** One frame, and more than the kernel's buffers hold. */
const LARGE_BYTES = 32 * 1024 * 1024;
/** More than one frame may hold. */
const HUGE_BYTES = 70 * 1024 * 1024;
/** The default. */
const WRITE_TIMEOUT_MS = 60_000;

const get = (path: string, version = '1.1', method = 'GET'): string =>
  `${method} ${path} HTTP/${version}\r\nHost: model.test\r\n\r\n`;

/** What the sources in the worker have been through. */
class Sources {
  pulled = 0;
  ended: string[] = [];
  rest = Promise.resolve();

  /** 64 MB, more than all buffers on the way can hold. */
  async *long(): AsyncGenerator<Buffer> {
    try {
      for (; this.pulled < CHUNKS; this.pulled += 1) yield Buffer.alloc(CHUNK_BYTES, 97);
      await this.rest;
      this.ended.push('to its end');
    } finally {
      this.ended.push('over');
    }
  }

  async *failing(): AsyncGenerator<string> {
    yield 'first';
    await this.rest;
    throw new Error('midway');
  }

  readonly makeApp = async (
    serverFactory?: FastifyServerOptions['serverFactory'],
  ): Promise<FastifyInstance> => {
    const app = fastify(serverFactory === undefined ? {} : { serverFactory });
    app.get('/long', (_request, reply) => reply.send(Readable.from(this.long())));
    app.get('/failing', (_request, reply) => reply.send(Readable.from(this.failing())));
    app.get('/short', (_request, reply) => reply.send(Readable.from(['one ', 'two'])));
    app.get('/burst', (_request, reply) => {
      reply.hijack();
      for (let count = 0; count < BURST_CHUNKS; count += 1) reply.raw.write(BURST_CHUNK);
      reply.raw.end();
    });
    app.get('/large', (_request, reply) => reply.send(Buffer.alloc(LARGE_BYTES, 98)));
    app.get('/huge', (_request, reply) => reply.send(Buffer.alloc(HUGE_BYTES, 98)));
    app.get('/trailers', (_request, reply) => {
      reply.trailer('x-sum', async () => '42');
      return reply.send(Readable.from(['summed']));
    });
    await app.ready();
    return app;
  };

  /** The source has stopped being asked for more. */
  async stand(): Promise<void> {
    const pulledMeanwhile = async (): Promise<number> => {
      const before = this.pulled;
      for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
      return this.pulled - before;
    };
    await expect.poll(pulledMeanwhile, { interval: 5 }).toBe(0);
  }
}

let master: MasterFront;
let sources: Sources;

async function start(): Promise<void> {
  master = new MasterFront();
  await master.listen();
  sources = new Sources();
  await master.addWorker(sources.makeApp);
}

/** Begins to read a reply, and stops as soon as it has begun. */
async function stall(path: string): Promise<RawClient> {
  const client = await RawClient.open(master.port, get(path));
  await once(client.socket, 'data');
  client.socket.pause();
  return client;
}

afterEach(async () => {
  await expect.poll(() => master.isClean).toBe(true);
  await master.close();
});

test('a slow reader holds its source back, which goes on when it reads again', async () => {
  await start();
  const warned = vi.fn();
  process.on('warning', warned);
  const client = await stall('/long');
  await sources.stand();
  expect(sources.pulled).toBeLessThan(CHUNKS / 2);
  expect(sources.ended).toEqual([]);
  client.socket.resume();
  await client.until(({ bytes }) => bytes > CHUNKS * CHUNK_BYTES, '64 MB');
  await expect.poll(() => master.entries).toHaveLength(1);
  expect(sources.ended).toEqual(['to its end', 'over']);
  expect(master.entries).toMatchObject([{ status: 200, code: undefined }]);
  expect(master.entries[0]?.bytesOut).toBe(CHUNKS * CHUNK_BYTES);
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
  client.socket.destroy();
});

test('chunks that come although the reader is slow wait for one and the same drain', async () => {
  await start();
  const warned = vi.fn();
  process.on('warning', warned);
  const client = await stall('/burst');
  await expect.poll(() => master.entries).toHaveLength(1);
  client.socket.resume();
  await client.until(({ bytes }) => bytes > BURST_CHUNKS * BURST_CHUNK.length, '4 MB');
  process.off('warning', warned);
  expect(warned).not.toHaveBeenCalled();
  client.socket.destroy();
});

test('a client that leaves midway ends its source', async () => {
  await start();
  const client = await stall('/long');
  await sources.stand();
  client.socket.destroy();
  await expect.poll(() => sources.ended).toEqual(['over']);
  expect(master.entries).toMatchObject([{ status: 499, code: 'CLIENT_CLOSED_REQUEST' }]);
});

test('a source that fails midway cuts the connection, and the log says whose fault it was', async () => {
  await start();
  let fail = (): void => {};
  sources.rest = new Promise((resolve) => {
    fail = resolve;
  });
  const client = await RawClient.open(master.port, get('/failing'));
  await client.until(({ text }) => text.includes('first'), 'first chunk');
  fail();
  await client.closed();
  expect(client.text).not.toMatch(/0\r\n\r\n$/);
  expect(master.entries).toMatchObject([{ status: 200, code: 'MODEL_ERROR' }]);
});

test('a reader that takes nothing for the write timeout is cut, and its source ends', async () => {
  await start();
  const client = await stall('/long');
  await sources.stand();
  const t = performance.now();
  master.front.sweep(t);
  master.front.sweep(t + WRITE_TIMEOUT_MS - 1);
  await sources.stand();
  expect([sources.ended, master.front.openConnections]).toEqual([[], 1]);
  // The first look may still find that the kernel has taken something.
  master.front.sweep(t + 2 * WRITE_TIMEOUT_MS);
  master.front.sweep(t + 3 * WRITE_TIMEOUT_MS);
  await expect.poll(() => sources.ended).toEqual(['over']);
  await expect.poll(() => master.front.openConnections).toBe(0);
  client.socket.resume();
  await client.closed();
  expect(client.bytes).toBeLessThan(CHUNKS * CHUNK_BYTES);
});

test('a reader that takes nothing is cut whatever it sends meanwhile', async () => {
  await start();
  const client = await stall('/large');
  const t = performance.now();
  // The kernel may go on to take some of it, but not for ever.
  for (let look = 0; look < 10; look += 1) {
    client.socket.write('\r\n'.repeat(50));
    await sources.stand();
    master.front.sweep(t + look * 0.6 * WRITE_TIMEOUT_MS);
  }
  await expect.poll(() => master.front.openConnections).toBe(0);
  expect(master.budget.usedBytes).toBe(0);
  client.socket.destroy();
});

test('a reader that has caught up is not cut for the slowness of its source', async () => {
  await start();
  const client = await stall('/long');
  await sources.stand();
  let goOn = (): void => {};
  sources.rest = new Promise((resolve) => {
    goOn = resolve;
  });
  const t = performance.now();
  master.front.sweep(t);
  client.socket.resume();
  await client.until(({ bytes }) => bytes > CHUNKS * CHUNK_BYTES, '64 MB');
  await sources.stand();
  for (let times = 1; times < 5; times += 1) master.front.sweep(t + times * WRITE_TIMEOUT_MS);
  await sources.stand();
  expect(client.isClosed).toBe(false);
  goOn();
  await expect.poll(() => sources.ended).toEqual(['to its end', 'over']);
  await expect.poll(() => master.entries).toMatchObject([{ status: 200, code: undefined }]);
  expect(client.isClosed).toBe(false);
  client.socket.destroy();
});

test('a whole reply that is not taken within the write timeout gives its bytes back', async () => {
  await start();
  const client = await stall('/large');
  expect(master.budget.usedBytes).toBeGreaterThan(0);
  const t = performance.now();
  master.front.sweep(t);
  master.front.sweep(t + WRITE_TIMEOUT_MS);
  await expect.poll(() => master.front.openConnections).toBe(0);
  expect(master.budget.usedBytes).toBe(0);
  client.socket.destroy();
});

test('a reply of 70 MB, more than one frame holds, comes whole', async () => {
  await start();
  const client = await RawClient.open(master.port, get('/huge'));
  await client.until(({ bytes }) => bytes > HUGE_BYTES, '70 MB');
  expect(client.text).toContain(`content-length: ${HUGE_BYTES}\r\n`);
  const [head = ''] = client.text.split('\r\n\r\n');
  expect(client.bytes).toBe(head.length + 4 + HUGE_BYTES);
  expect(master.entries).toMatchObject([{ status: 200, bytesOut: HUGE_BYTES }]);
  client.socket.destroy();
});

test('a streamed reply to HEAD has its head only, and the connection goes on', async () => {
  await start();
  const client = await RawClient.open(master.port, get('/short', '1.1', 'HEAD') + get('/livez'));
  await client.until(({ text }) => text.endsWith('{"live":true}'), 'second answer');
  expect(client.text).toMatch(/^HTTP\/1\.1 200 [^{]*?\r\n\r\nHTTP\/1\.1 200 /);
  client.socket.destroy();
});

test('trailers follow the last chunk', async () => {
  await start();
  const client = await RawClient.open(master.port, get('/trailers'));
  await client.until(({ text }) => text.endsWith('\r\n\r\n') && text.includes('42'), 'trailers');
  expect(client.text).toMatch(/\r\ntrailer: x-sum\r\n[\s\S]*summed\r\n0\r\nx-sum: 42\r\n\r\n$/i);
  client.socket.destroy();
});

test.each(['/short', '/trailers'])('HTTP/1.0 gets %s as from a plain port', async (path) => {
  await start();
  const direct = await sources.makeApp();
  await direct.listen({ port: 0, host: '127.0.0.1' });
  const bodies: string[] = [];
  for (const port of [(direct.server.address() as AddressInfo).port, master.port]) {
    const client = await RawClient.open(port, get(path, '1.0'));
    await client.closed();
    bodies.push(client.text.slice(client.text.indexOf('\r\n\r\n')));
  }
  expect(bodies[1]).toBe(bodies[0]);
  await direct.close();
});

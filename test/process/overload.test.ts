/** More than the server can do: what clients see, and what it costs the master. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, Client } from './clients.js';
import { closedGate } from './gate.js';
import { ROOT, startServer, type TestServer } from './server.js';

const MB = 1024 * 1024;
/** A folder of models that stands in no list of single ones. */
const SEVERAL = join(ROOT, 'test/fixtures/overload');
/**
 * What the master may hold beside its budget and the replies of its workers: buffers, and garbage. V8
 * collects when there are 64 MB more of buffers than before, and on a busy machine not at once. What
 * clients ask for is several times as much.
 */
const CONSTANT_BYTES = 160 * MB;

const HEAD = 'HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

function post(
  server: TestServer,
  model: string,
  instances: readonly unknown[],
  headers: Record<string, string> = {},
): Promise<Answer> {
  const client = new Client(server.url);
  const path = `/v1/models/${model}:predict`;
  return client.post(path, { instances }, headers).finally(() => client.close());
}

function memoryOf(pid: number, figure: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${figure}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

/** A client that misbehaves: what it sends is its own affair, and it reads only when told. */
class RudeClient {
  readonly socket: Socket;
  text = '';
  readonly closed: Promise<void>;

  constructor(server: TestServer, text: string | Buffer, reads = true) {
    const { hostname, port } = new URL(server.url);
    this.socket = connect(Number(port), hostname);
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.on('error', () => {}); // a reset is a way to be cut off
    this.socket.write(text);
    if (reads) this.socket.on('data', (chunk: Buffer) => this.#read(chunk));
    onTestFinished(() => void this.socket.destroy());
  }

  #read(chunk: Buffer): void {
    if (this.text.length < 10_000) this.text += chunk.toString('latin1');
  }

  get status(): number {
    return Number(/HTTP\/1\.1 (\d{3})/.exec(this.text)?.[1] ?? 0);
  }
}

function ask(model: string, body: string): string {
  return `POST /v1/models/${model}:predict ${HEAD}content-length: ${body.length}\r\n\r\n${body}`;
}

describe('memory', () => {
  it('stays under the budget whatever clients send, and whatever they do not read', async () => {
    const args = ['--queue-bytes', '64mb', '--max-body', '16mb', '--body-timeout', '1s'];
    const server = await startServer({ path: SEVERAL, workers: 2, args });
    await post(server, 'plain', [1]);
    const atRest = memoryOf(server.pid, 'VmRSS');
    const peak = (): number => memoryOf(server.pid, 'VmHWM') - atRest;

    // 40 bodies of 16 MB, half sent: four have room, the others are refused by their heads.
    const half = Buffer.alloc(8 * MB, 120);
    const head = `POST /v1/models/plain:predict ${HEAD}content-length: ${16 * MB}\r\n\r\n`;
    const bodies = Array.from({ length: 40 }, () => new RudeClient(server, head));
    await server.untilStatus('a full budget', ({ queue }) => queue.bytes === 64 * MB);
    for (const { socket } of bodies) socket.write(half);
    await Promise.all(bodies.map(({ closed }) => closed));
    const statuses = bodies.map(({ status }) => status).filter((status) => status !== 0);
    // More than four where one is read only when another has been given up, and has its room.
    expect(statuses.filter((status) => status === 408).length).toBeGreaterThanOrEqual(4);
    expect(new Set(statuses)).toEqual(new Set([408, 503]));
    expect(peak()).toBeLessThan(64 * MB + CONSTANT_BYTES);
    expect((await post(server, 'plain', [1])).status).toBe(200);

    // A gzip bomb, and a body without end.
    const bomb = gzipSync(Buffer.alloc(100 * MB, 32), { level: 1 });
    const packed = `connection: close\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    const bomber = new RudeClient(server, `POST /v1/models/plain:predict ${HEAD}${packed}`);
    bomber.socket.write(bomb);
    const chunked = `POST /v1/models/plain:predict ${HEAD}transfer-encoding: chunked\r\n\r\n`;
    const endless = new RudeClient(server, chunked);
    const pour = (client: RudeClient, piece: string): void => {
      const { socket } = client;
      const more = (): void => {
        while (socket.writable && socket.write(piece));
      };
      socket.on('drain', more);
      more();
    };
    pour(endless, `10000\r\n${'x'.repeat(0x10000)}\r\n`);
    await Promise.all([bomber.closed, endless.closed]);
    expect([bomber.status, endless.status]).toEqual([413, 413]);
    expect(peak()).toBeLessThan(64 * MB + CONSTANT_BYTES);

    // Thirty readers of 16 MB that read nothing, and streams that nobody takes.
    const reader = ask('big', '{"instances":[16]}');
    const readers = Array.from({ length: 30 }, () => new RudeClient(server, reader, false));
    for (let n = 0; n < 4; n += 1) {
      new RudeClient(server, ask('words', '{"instances":[1000000]}'), false);
    }
    await server.line('stalled clients ended', ({ readers }) => Number(readers) > 0);
    await server.untilStatus('room', ({ queue }) => queue.bytes <= 64 * MB);
    const replies = 2 * 16 * MB;
    expect(peak()).toBeLessThan(64 * MB + replies + CONSTANT_BYTES);
    for (const { socket } of readers) socket.destroy();
    expect((await post(server, 'plain', [1])).status).toBe(200);
    server.kill('SIGQUIT');
    await server.exited;
  });
});

describe('a queue under pressure', () => {
  it('knows limits, streams, priorities and deadlines', async () => {
    const args = ['--priority-header', 'x-priority'];
    const server = await startServer({ path: SEVERAL, workers: 2, args });

    // A burst: what cannot be done in time is refused at once, and when it is over all is as before.
    const burst = Array.from({ length: 30 }, () => post(server, 'limited', [20]));
    await Promise.all(burst); // now it is known what they cost
    const held = closedGate();
    burst.push(post(server, 'limited', [{ gate: held.file }]));
    for (let n = 0; n < 50; n += 1) burst.push(post(server, 'limited', [20]));
    await server.untilStatus('fifty that wait', ({ queue }) => queue.depth === 50);
    const refused = await post(server, 'limited', [1], { 'x-request-timeout-ms': '100' });
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'QUEUE_FULL' });
    expect(refused.text).toContain('would wait');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await post(server, 'plain', [1], { 'x-request-timeout-ms': '5000' })).status).toBe(200);
    held.open();
    for (const { status } of await Promise.all(burst)) expect(status).toBe(200);
    const after = await post(server, 'limited', [1], { 'x-request-timeout-ms': '5000' });
    expect(after.status).toBe(200);

    // A model at its limit leaves the other worker to others; who is urgent goes first.
    const order: string[] = [];
    const { file, open } = closedGate();
    const running = post(server, 'limited', [{ gate: file }]);
    await server.untilStatus('one that runs', ({ inFlight }) => inFlight === 1);
    const waiting: Promise<unknown>[] = [];
    for (const priority of ['low', 'normal', 'high']) {
      const answer = post(server, 'limited', [1], { 'x-priority': priority });
      waiting.push(answer.then(() => order.push(priority)));
      const depth = waiting.length;
      await server.untilStatus(`${depth} that wait`, ({ queue }) => queue.depth === depth);
    }
    expect(await server.status()).toMatchObject({ inFlight: 1, queue: { depth: 3 } });
    expect((await post(server, 'plain', [1])).status).toBe(200);
    expect(order).toEqual([]);
    open();
    await Promise.all([running, ...waiting]);
    expect(order).toEqual(['high', 'normal', 'low']);
    const nonsense = await post(server, 'plain', [1], { 'X-Priority': 'urgent' });
    expect(nonsense).toMatchObject({ status: 400, headers: { connection: 'keep-alive' } });
    expect(nonsense.text).toContain('expected one of high, normal, low');

    // Streams never have both workers.
    const streams = [1, 2].map(
      () =>
        new RudeClient(
          server,
          ask('words', '{"instances":[1000]}').replace(
            HEAD,
            `${HEAD}accept: application/x-ndjson\r\n`,
          ),
        ),
    );
    await server.untilStatus(
      'a stream that waits',
      ({ inFlight, queue }) => inFlight === 1 && queue.depth === 1,
    );
    expect((await post(server, 'plain', [1])).status).toBe(200);
    streams[0]?.socket.destroy();
    await server.untilStatus(
      'the other stream',
      ({ inFlight, queue }) => inFlight === 1 && queue.depth === 0,
    );
    streams[1]?.socket.destroy();
    await server.untilStatus('nothing to do', ({ inFlight }) => inFlight === 0);
    await server.stop();
  });
});

/** Every clock, over the whole way: whose limit ends what, and what it costs. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, Client } from './clients.js';
import { closedGate } from './gate.js';
import { type LogLine, type ServerOptions, startServer, type TestServer } from './server.js';

type Asked = {
  readonly status: number;
  readonly code: string;
  readonly error: string;
  pid: number;
};

function read({ status, text }: Answer): Asked {
  const { code = '', error = '', predictions = [] } = JSON.parse(text);
  return { status, code, error, pid: predictions[0] };
}

/** One request to a model of the fixture `clocks`, on a connection of its own: for how long, or until a gate is open. */
async function ask(
  server: TestServer,
  model: string,
  told: number | { readonly gate: string },
  headers: Record<string, string> = {},
): Promise<Asked> {
  const client = new Client(server.url);
  onTestFinished(() => client.close());
  const path = `/v1/models/${model}:predict`;
  const instance = typeof told === 'number' ? { ms: told } : told;
  return read(await client.post(path, { instances: [instance] }, headers));
}

function start(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  return startServer({ path: 'clocks', workers: 1, expectedErrors: ['worker died'], ...options });
}

async function untilRunning(server: TestServer, depth = 0): Promise<void> {
  await server.untilStatus(`one that runs and ${depth} that wait`, ({ inFlight, queue }) => {
    return inFlight === 1 && queue.depth === depth;
  });
}

function timeOf({ time }: LogLine): number {
  return Date.parse(String(time));
}

const limit = (ms: number | string): Record<string, string> => ({
  'x-request-timeout-ms': String(ms),
});

describe("a client's own limit", () => {
  it('ends its wait or its answer, and no worker', async () => {
    const server = await start();
    const { pid } = await ask(server, 'blocking', 0, limit(60_000));

    const bad = await ask(server, 'blocking', 0, limit('2s'));
    expect(bad).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(bad.error).toContain('got "2s"');

    const { file, open } = closedGate();
    const running = ask(server, 'blocking', { gate: file }, limit(100));
    await untilRunning(server);
    const waiting = await ask(server, 'blocking', 0, limit(50));
    expect(waiting).toMatchObject({ status: 504, code: 'QUEUE_TIMEOUT' });
    expect(waiting.error).toContain('the client allows 50 ms');
    const ran = await running;
    expect(ran).toMatchObject({ status: 504, code: 'EXECUTION_TIMEOUT' });
    expect(ran.error).toContain("the client's limit of 100 ms");
    // Answered while it still runs, and its late answer goes nowhere.
    expect((await server.status()).inFlight).toBe(1);
    open();
    expect((await ask(server, 'blocking', 0)).pid).toBe(pid);

    // What can hear is told to stop, and gives its worker free.
    expect((await ask(server, 'listening', 600_000, limit(100))).status).toBe(504);
    expect((await ask(server, 'blocking', 0)).pid).toBe(pid);
    expect(server.linesOf('worker died')).toEqual([]);
    await server.stop();
  });
});

describe('the execution timeout', () => {
  it('is told to code that can hear, and kills what does not stop', async () => {
    const server = await start({ args: ['--timeout', '500ms'] });
    const { pid } = await ask(server, 'calm', 0);
    const heard = await ask(server, 'listening', 600_000);
    expect(heard).toMatchObject({ status: 504, code: 'EXECUTION_TIMEOUT' });
    expect((await ask(server, 'calm', 0)).pid).toBe(pid);
    expect(server.linesOf('worker died')).toEqual([]);

    const stubborn = await ask(server, 'stubborn', 600_000);
    expect(stubborn).toMatchObject({ status: 504, code: 'EXECUTION_TIMEOUT' });
    expect((await ask(server, 'calm', 0)).status).toBe(200);
    const died = await server.line('worker died');
    expect([died.reason, died.nextTryMs]).toEqual([expect.stringContaining('did not stop'), 0]);
    // Its client was not kept waiting until it was killed, a second later.
    const answered = await server.line('request', ({ model }) => model === 'stubborn');
    expect(timeOf(died) - timeOf(answered)).toBeGreaterThan(500);
    await server.stop();
  });

  it('and those of queue and stream may be a model’s own', async () => {
    const server = await start();
    const client = new Client(server.url);
    onTestFinished(() => client.close());
    const streamed = client.post(
      '/v1/models/endless:predict',
      { instances: [{ ms: 20 }] },
      { accept: 'application/x-ndjson' },
    );
    await expect(streamed).rejects.toThrow('aborted');
    expect(await server.line('request')).toMatchObject({
      status: 200,
      code: 'EXECUTION_TIMEOUT',
      model: 'endless',
    });
    expect(server.linesOf('worker died')).toEqual([]); // it has stopped when told to

    const { file, open } = closedGate();
    const running = ask(server, 'blocking', { gate: file });
    await untilRunning(server);
    const waited = await ask(server, 'hurried', 0);
    expect(waited).toMatchObject({ status: 504, code: 'QUEUE_TIMEOUT' });
    open();
    expect((await running).status).toBe(200);
    const ran = await ask(server, 'hurried', 600_000);
    expect(ran).toMatchObject({ status: 504, code: 'EXECUTION_TIMEOUT' });
    expect(ran.error).toContain('300 ms');
    // What cannot hear is killed at once.
    expect((await server.line('worker died')).reason).toContain('execution timeout');
    await server.stop();
  });
});

describe('a client that leaves', () => {
  it('while it waits is gone from the queue at once; while it runs, its run is told', async () => {
    const server = await start();
    const { file, open } = closedGate();
    const running = ask(server, 'blocking', { gate: file });
    await untilRunning(server);
    const leaving = new Client(server.url);
    leaving.post('/v1/models/blocking:predict', { instances: [{ ms: 1 }] }).catch(() => {});
    await untilRunning(server, 1);
    leaving.close();
    const left = await server.line('request', ({ status }) => status === 499);
    expect(left).not.toHaveProperty('slot');
    expect((await server.status()).queue.depth).toBe(0);
    expect(server.linesOf('request')).toHaveLength(1); // the other one runs on
    expect(await server.metrics()).toMatch(/^forkcast_requests_total\{.*status="499".*\} 1$/m);
    open();
    const { pid } = await running;

    const runner = new Client(server.url);
    runner.post('/v1/models/listening:predict', { instances: [{ ms: 600_000 }] }).catch(() => {});
    await untilRunning(server);
    runner.close();
    await server.until(
      'a second 499',
      () => server.linesOf('request').filter(({ status }) => status === 499)[1],
    );
    expect((await ask(server, 'blocking', 0)).pid).toBe(pid);
    expect(await server.metrics()).toMatch(/^forkcast_requests_total\{.*status="499".*\} 1$/m);
    await server.stop();
  });
});

describe('a worker that somebody stops', () => {
  it('is noticed long before its timeouts, with work and without, and costs no request', async () => {
    const server = await start({ workers: 2 });
    await server.until('two ready workers', () => server.linesOf('worker ready')[1]);
    const { file, open } = closedGate();
    const asking = ask(server, 'blocking', { gate: file });
    await untilRunning(server);
    const pids = await server.workerPids();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    open();
    const { status, pid } = await asking;
    expect([status, pids.includes(pid)]).toEqual([200, false]);
    await server.until('both deaths', () => server.linesOf('worker died')[1]);
    for (const { reason, nextTryMs } of server.linesOf('worker died')) {
      expect([reason, nextTryMs]).toEqual(['its process was stopped (SIGSTOP)', 0]);
    }
    expect(await server.metrics()).toContain('forkcast_worker_restarts_total{reason="stopped"} 2');
    await server.stop();
  });
});

describe('a worker that is deaf', () => {
  it('without work is found and replaced; one that computes longer than that is not', async () => {
    const server = await start({ args: ['--deaf-after', '1s'] });
    const { pid } = await ask(server, 'blocking', 1600);
    expect(server.linesOf('worker died')).toEqual([]);
    expect((await ask(server, 'deadlocking', 0)).pid).toBe(pid);
    const died = await server.line('worker died');
    expect(died).toMatchObject({ workerPid: pid, nextTryMs: 0 });
    expect(died.reason).toContain('deaf');
    expect((await ask(server, 'blocking', 0)).status).toBe(200);
    expect(await server.metrics()).toContain('forkcast_worker_restarts_total{reason="deaf"} 1');
    await server.stop();
  });
});

describe('a master that was stopped for longer than every timeout', () => {
  it('goes on where it was: nobody is late', async () => {
    const limits = ['--timeout', '1s', '--queue-timeout', '1s', '--deaf-after', '1s'];
    const arrival = ['--keep-alive', '500ms', '--header-timeout', '1s', '--read-timeout', '1s'];
    const server = await start({ args: [...limits, ...arrival] });
    const path = '/v1/models/blocking:predict';
    const body = JSON.stringify({ instances: [{ ms: 0 }] });
    const { pid } = await ask(server, 'blocking', 0);
    const { file, open } = closedGate();
    const running = ask(server, 'blocking', { gate: file });
    await untilRunning(server);
    // All else at once, and at once stopped: no time is lost before.
    const waiting = ask(server, 'blocking', 0, limit(1000));
    const idle = new KeptConnection(server.url);
    const [arriving, alive] = await Promise.all([
      sendHalf(server.url, path, body),
      idle.ask('GET', '/livez', ''),
      untilRunning(server, 1),
    ]);
    server.kill('SIGSTOP');
    expect(alive).toContain('200 OK');
    open();
    const asking = idle.ask('POST', path, body);
    await new Promise((resolve) => setTimeout(resolve, 2000)); // what is tested is that time passes
    server.kill('SIGCONT');
    arriving.finish();

    const answers = [await running, await waiting, read(await arriving.answer)];
    expect(answers.map((one) => [one.status, one.pid])).toEqual(answers.map(() => [200, pid]));
    expect(await asking).toContain('200 OK');
    const { gapMs } = await server.line('clock gap');
    expect(gapMs).toBeGreaterThan(1500);
    expect(server.linesOf('worker died')).toEqual([]);
    await server.stop();
  });
});

/** Sends a request but for the end of its body. */
async function sendHalf(
  url: string,
  path: string,
  body: string,
): Promise<{ finish(): void; answer: Promise<Answer> }> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const message = request(url + path, { method: 'POST', headers });
  const answer = new Promise<Answer>((resolve, reject) => {
    message.once('error', reject);
    message.once('response', async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
  });
  await new Promise<void>((resolve) => message.write(body.slice(0, 5), () => resolve()));
  return { finish: () => message.end(body.slice(5)), answer };
}

/** A connection that is used again whatever its server says of how long it is kept. */
class KeptConnection {
  readonly #socket: Socket;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port) }).setEncoding('latin1');
    onTestFinished(() => void this.#socket.destroy());
  }

  /** The first of what comes back; '' when the connection is closed instead. */
  ask(method: string, path: string, body: string): Promise<string> {
    const head = `${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n`;
    this.#socket.write(head + body);
    return new Promise((resolve) => {
      this.#socket.once('data', (text) => resolve(String(text)));
      this.#socket.once('error', () => resolve(''));
      this.#socket.once('close', () => resolve(''));
    });
  }
}

/** The queue as clients see it: order, bounds, deadlines, and a master that answers meanwhile. */
import { describe, expect, it } from 'vitest';
import { type Answer, Client, heldOpen, rawExchange } from './clients.js';
import { closedGate } from './gate.js';
import { startServer, type TestServer } from './server.js';

function post(
  server: TestServer,
  instance: unknown,
  id = 'any',
  path = '/predict',
): Promise<Answer> {
  const client = new Client(server.url);
  const headers = { 'x-request-id': id };
  return client.post(path, { instances: [instance] }, headers).finally(() => client.close());
}

/** Waits until so many requests are in the server, waiting or running. */
function untilHeld(server: TestServer, count: number): Promise<void> {
  return server.untilStatus(
    `${count} requests`,
    ({ inFlight, queue }) => inFlight + queue.depth === count,
  );
}

describe('while every worker computes', () => {
  it('health, metrics and metadata answer at once, and requests leave in order of arrival', async () => {
    const server = await startServer({ path: 'slow', workers: 2 });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    const [first, second] = [closedGate(), closedGate()];
    const asked: Promise<unknown>[] = [];
    for (const instance of [{ gate: first.file }, { gate: second.file }, 1, 1]) {
      asked.push(post(server, instance, `${asked.length}`));
      await untilHeld(server, asked.length);
    }
    const answered = (): unknown[] => {
      const predictions = server.linesOf('request').filter(({ path }) => path === '/predict');
      return predictions.map(({ requestId }) => requestId);
    };
    for (const path of ['/livez', '/readyz', '/v1/models', '/v1/models/slow']) {
      expect((await fetch(server.url + path)).status, path).toBe(200);
    }
    for (const path of ['/livez', '/readyz', '/metrics', '/status']) {
      expect((await fetch(server.adminUrl + path)).status, path).toBe(200);
    }
    expect(answered()).toEqual([]); // all of them answered before the first request is
    first.open();
    await server.line('request', ({ requestId }) => requestId === '3');
    second.open();
    await Promise.all(asked);
    await server.line('request', ({ requestId }) => requestId === '1');
    expect(answered()).toEqual(['0', '2', '3', '1']);
    await server.stop();
  });
});

describe('the bounds of the queue', () => {
  it('beyond --queue-limit: 503 QUEUE_FULL with Retry-After, and the connection is kept', async () => {
    const server = await startServer({ path: 'slow', workers: 1, args: ['--queue-limit', '2'] });
    const { file, open } = closedGate();
    const held = [{ gate: file }, 1, 1].map((instance) => post(server, instance));
    await untilHeld(server, 3);
    const client = new Client(server.url);
    const refused = await client.post('/predict', { instances: [1] });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'QUEUE_FULL' });
    expect(refused.headers.connection).toBe('keep-alive');
    open();
    for (const { status } of await Promise.all(held)) expect(status).toBe(200);
    expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    client.close();
    await server.stop();
  });

  it('beyond --queue-bytes: refused by the announced length, and given back afterwards', async () => {
    const args = ['--queue-bytes', '100kb', '--max-body', '60kb'];
    const server = await startServer({ path: 'echo', workers: 1, args });
    const head = 'POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 55000\r\n\r\n';
    const half = heldOpen(server.url, `${head}{"instances":["`);
    await server.untilStatus('room taken', ({ queue }) => queue.bytes >= 55_000);
    const refused = await rawExchange(server.url, [`${head}${'x'.repeat(55_000)}`], {
      until: /QUEUE_FULL/,
    });
    expect(refused.text).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: \d+[\s\S]*QUEUE_FULL/i);
    expect((await post(server, 'small')).status).toBe(200);
    half.destroy();
    await server.untilStatus('room given back', ({ queue }) => queue.bytes === 0);
    await server.stop();
  });
});

describe('deadlines', () => {
  it('waiting past --queue-timeout: 504 QUEUE_TIMEOUT', async () => {
    const server = await startServer({
      path: 'slow',
      workers: 1,
      args: ['--queue-timeout', '200ms'],
    });
    const { file, open } = closedGate();
    const running = post(server, { gate: file });
    await untilHeld(server, 1);
    const late = await post(server, 1);
    expect(late.status).toBe(504);
    expect(JSON.parse(late.text)).toMatchObject({ code: 'QUEUE_TIMEOUT' });
    open();
    expect((await running).status).toBe(200);
    await server.stop();
  });

  it('running past --timeout costs one 504 and one worker; those behind it run again', async () => {
    const server = await startServer({
      path: 'clocks',
      workers: 1,
      args: ['--timeout', '400ms'],
      expectedErrors: ['worker died'],
    });
    const ask = (model: string, ms: number): Promise<Answer> =>
      post(server, { ms }, 'any', `/v1/models/${model}:predict`);
    const looping = ask('blocking', 600_000);
    await untilHeld(server, 1);
    const behind = [ask('calm', 1), ask('calm', 2)];
    const answer = await looping;
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'EXECUTION_TIMEOUT' });
    for (const { status } of await Promise.all(behind)) expect(status).toBe(200);
    const death = await server.line('worker died');
    expect(death).toMatchObject({ signal: 'SIGKILL', nextTryMs: 0 });
    expect(death.reason).toContain('execution timeout');
    expect(death).not.toHaveProperty('hint');
    await server.stop();
  });
});

describe('a worker that somebody stops', () => {
  it('is replaced when its request is overdue, and nobody gets a 504', async () => {
    const server = await startServer({
      path: 'slow',
      workers: 1,
      args: ['--timeout', '1s'],
      expectedErrors: ['worker died'],
    });
    const [pid = 0] = await server.workerPids();
    process.kill(pid, 'SIGSTOP');
    const answer = await post(server, 1);
    expect(answer.status).toBe(200);
    expect((await server.line('worker died')).workerPid).toBe(pid);
    await server.stop();
  });
});

describe('a request id', () => {
  it('is kept when it is sane, made when not; echoed, logged and in every error', async () => {
    const server = await startServer({ path: 'echo' });
    const client = new Client(server.url);
    const kept = await client.post(
      '/predict',
      { instances: [1] },
      { 'x-request-id': 'abc.DEF_1-2' },
    );
    expect(kept.headers['x-request-id']).toBe('abc.DEF_1-2');
    expect(
      await server.line('request', ({ requestId }) => requestId === 'abc.DEF_1-2'),
    ).toBeDefined();
    const made = await client.post('/predict', { instances: [1] }, { 'x-request-id': 'a b' });
    expect(made.headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
    for (const [path, body] of [
      ['/predict', '{'],
      ['/nowhere', '{}'],
      ['/v1/models/nobody:predict', '{}'],
      ['/livez', '{}'],
    ] as const) {
      const answer = await client.post(path, body, { 'x-request-id': 'mine' });
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(answer.status, path).toBeLessThan(500);
      expect(JSON.parse(answer.text).requestId, path).toBe('mine');
      expect(answer.headers['content-type'], path).toBe('application/json');
      expect(answer.headers['x-request-id'], path).toBe('mine');
    }
    client.close();
    await server.stop();
  });
});

describe('readers that are slower than their replies', () => {
  it('are cut when they make no progress for --write-timeout, and their bytes are given back', async () => {
    const args = ['--write-timeout', '400ms'];
    const server = await startServer({ path: 'echo', workers: 1, args });
    const body = JSON.stringify({ instances: ['x'.repeat(12_000_000)] });
    const head = `POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
    const socket = heldOpen(server.url, head + body);
    await server.line('request');
    await server.untilStatus(
      'the reader cut and its room given back',
      ({ connections, queue }) => connections === 0 && queue.bytes === 0,
    );
    socket.destroy();
    expect((await post(server, 1)).status).toBe(200);
    await server.stop();
  });
});

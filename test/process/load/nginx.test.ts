import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Answer, Client, type Failure, type LoadResult, runLoad } from '../clients.js';
import { type Nginx, startNginx } from '../nginx.js';
import { ROOT, startServer, type TestServer } from '../server.js';
import { openStream } from '../stream-client.js';
import { mustDoWithout } from '../tools.js';

type Digits = { readonly inputs: number[][]; readonly mlp: number[][] };
const DIGITS: Digits = JSON.parse(
  readFileSync(join(ROOT, 'test/fixtures/digits_test.json'), 'utf8'),
);
const DIGITS_MODEL = join(ROOT, 'models/digits-mlp');
const KILLS = 6;
const BETWEEN_KILLS_MS = 500;

type Pair = { readonly server: TestServer; readonly nginx: Nginx };

async function startBoth(path: string, expectedErrors: string[] = []): Promise<Pair> {
  const server = await startServer({ path, args: ['--drain-idle', '2s'], expectedErrors });
  return { server, nginx: await startNginx(server.url) };
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

function predictDigit(client: Client, row: number): Promise<Answer> {
  return client.post('/predict', { instances: [DIGITS.inputs[row]] });
}

function isRight(answer: Answer, row: number): boolean {
  if (answer.status !== 200) return false;
  const { predictions } = JSON.parse(answer.text) as { predictions: number[][] };
  const expected = DIGITS.mlp[row] ?? [];
  return expected.every((value, at) => Math.abs(value - (predictions[0]?.[at] ?? 9)) < 1e-5);
}

/** 30 clients that send digits and report every answer that is not the right one. */
function loadWithDigits(url: string, isOver: () => boolean): Promise<LoadResult> {
  return runLoad(url, 30, isOver, async (client, number): Promise<Failure | undefined> => {
    const row = number % DIGITS.inputs.length;
    const answer = await predictDigit(client, row);
    return isRight(answer, row) ? undefined : { status: answer.status, text: answer.text };
  });
}

/** Waits until so many requests have been answered, are running or are waiting. */
function allArrived(server: TestServer, count: number): Promise<void> {
  return server.untilStatus(`${count} requests`, ({ workers, inFlight, queue }) => {
    const served = workers.reduce((total, worker) => total + (worker.served ?? 0), 0);
    return served + inFlight + queue.depth >= count;
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe.skipIf(mustDoWithout('nginx'))('behind nginx with deploy/nginx.conf', () => {
  it('predicts, and keeps its connections to Forkcast open', async () => {
    const { server, nginx } = await startBoth(DIGITS_MODEL);
    await withClient(nginx.url, async (client) => {
      for (let row = 0; row < 20; row += 1) {
        expect(isRight(await predictDigit(client, row), row)).toBe(true);
      }
    });
    // Without upstream keep-alive there would be none now, and 20 would have come and gone.
    const { connections } = await server.status();
    expect(connections).toBe(1);
    expect(nginx.errors()).toEqual([]);
    await server.stop();
  });

  it("passes a sane request id on, and replaces any other by nginx's own", async () => {
    const { nginx } = await startBoth('echo');
    await withClient(nginx.url, async (client) => {
      const ask = (headers: Record<string, string>) =>
        client.post('/predict', { instances: [1] }, headers);
      const kept = await ask({ 'x-request-id': 'trace-42.a' });
      expect(kept.headers['x-request-id']).toBe('trace-42.a');
      const replaced = await ask({ 'x-request-id': 'not {sane}' });
      expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
      const made = await ask({});
      expect(made.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    });
  });

  it('takes a body of nearly 32 MB; refuses a larger one, and control, in our form', async () => {
    const { server, nginx } = await startBoth('echo');
    const body = (bytes: number) => `{"instances":["${'a'.repeat(bytes)}"]}`;
    const taken = await withClient(nginx.url, (c) => c.post('/predict', body(31 * 1024 ** 2)));
    expect(taken.status).toBe(200);
    const refused = await fetch(`${nginx.url}/predict`, {
      method: 'POST',
      body: body(33 * 1024 ** 2),
      headers: { 'content-type': 'application/json', 'x-request-id': 'big' },
    });
    expect(refused.status).toBe(413);
    expect(refused.headers.get('content-type')).toBe('application/json');
    expect(await refused.json()).toMatchObject({ code: 'BODY_TOO_LARGE', requestId: 'big' });
    const control = await fetch(`${nginx.url}/v2/repository/models/echo/unload`, {
      method: 'POST',
    });
    expect(control.status).toBe(403);
    expect(await control.json()).toMatchObject({ code: 'FORBIDDEN' });
    await server.stop();
  });

  it('passes each piece of a stream on as it comes', async () => {
    const { server, nginx } = await startBoth('streams');
    const stream = await openStream(nginx.url, { count: 2, gate: { at: 1, file: '/nowhere' } });
    expect((await stream.piece(0)).number).toBe(0);
    stream.leave();
    expect(await server.line('stream over')).toMatchObject({ made: 1, isAborted: true });
    await server.stop();
  });

  it('shows no client that workers are killed', async () => {
    const { server, nginx } = await startBoth(DIGITS_MODEL, ['worker died']);
    let isOver = false;
    const load = loadWithDigits(nginx.url, () => isOver);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await pause(BETWEEN_KILLS_MS);
      const [victim] = await server.workerPids();
      if (victim !== undefined) process.kill(victim, 'SIGKILL');
    }
    isOver = true;
    const { requests, failures, refused } = await load;
    expect({ failures, refused }).toEqual({ failures: [], refused: 0 });
    expect(requests).toBeGreaterThan(KILLS);
    expect(nginx.errors()).toEqual([]);
  });

  it('answers all that is waiting and running when the server is told to stop', async () => {
    const { server, nginx } = await startBoth('slow');
    const clients = Array.from({ length: 16 }, () => new Client(nginx.url));
    const answers = clients.map((client) => client.post('/predict', { instances: [200] }));
    await allArrived(server, clients.length);
    await server.stop();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).toEqual(clients.map(() => 200));
    for (const client of clients) client.close();
    expect(nginx.errors()).toEqual([]);
  });

  it('loses nothing that nginx sent when it stops under load', async () => {
    const { server, nginx } = await startBoth(DIGITS_MODEL);
    let isOver = false;
    const load = loadWithDigits(nginx.url, () => isOver);
    await pause(500);
    await server.stop();
    isOver = true;
    const { requests, failures } = await load;
    expect(requests - failures.length).toBeGreaterThan(0);
    // What comes after the listener is closed finds nobody; nginx says so for each. Any
    // other line (a reset, a connection closed before the answer) is a lost request.
    const others = nginx.errors().filter((line) => !line.includes('connect() failed (111'));
    expect(others).toEqual([]);
    const unexpected = failures.filter(
      (failure) => !('status' in failure && failure.status === 502),
    );
    expect(unexpected).toEqual([]);
  });
});

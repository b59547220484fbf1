/** Forkcast behind each proxy with its file of deploy/: what a client sees through it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  PROXY_KINDS,
  PROXY_NAMES,
  type ProxyName,
  type RunningProxy,
  startProxy,
} from '../../../loadtest/proxies/proxy.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { type Answer, Client, type Failure, type LoadResult, runLoad } from '../clients.js';
import { ROOT, startServer, type TestServer } from '../server.js';
import { openStream } from '../stream-client.js';
import { mustDoWithout } from '../tools.js';

type Digits = { readonly inputs: number[][]; readonly mlp: number[][] };
const DIGITS: Digits = JSON.parse(
  readFileSync(join(ROOT, 'test/fixtures/digits_test.json'), 'utf8'),
);
const DIGITS_MODEL = join(ROOT, 'models/digits-mlp');
const KILLS = 4;
const BETWEEN_KILLS_MS = 400;

type Pair = { readonly server: TestServer; readonly proxy: RunningProxy };

async function startBoth(
  name: ProxyName,
  path: string,
  expectedErrors: string[] = [],
): Promise<Pair> {
  const args = ['--drain-idle', '2s', '--restart-backoff', '100ms'];
  const server = await startServer({ path, args, expectedErrors });
  const proxy = await startProxy(name, new URL(server.url).host);
  onTestFinished(() => proxy.stop());
  return { server, proxy };
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

/** Waits until so many requests are answered, waiting or running. */
function allArrived(server: TestServer, count: number): Promise<void> {
  return server.untilStatus(`${count} requests`, ({ workers, inFlight, queue }) => {
    const served = workers.reduce((total, worker) => total + (worker.served ?? 0), 0);
    return served + inFlight + queue.depth >= count;
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** nginx and HAProxy keep one connection for one client; the others have a pool, and may take two. */
const MOST_CONNECTIONS = 4;

describe.each(PROXY_NAMES)('behind %s', (name) => {
  const { command } = PROXY_KINDS[name];
  const isMissing = mustDoWithout(command);

  it.skipIf(isMissing)('answers, keeps its connections and ids, and refuses control', async () => {
    const { server, proxy } = await startBoth(name, DIGITS_MODEL);
    await withClient(proxy.url, async (client) => {
      for (let row = 0; row < 20; row += 1) {
        expect(isRight(await predictDigit(client, row), row)).toBe(true);
      }
      const ask = (id: string) =>
        client.post('/predict', { instances: [DIGITS.inputs[0]] }, { 'x-request-id': id });
      expect((await ask('trace-42.a')).headers['x-request-id']).toBe('trace-42.a');
      expect((await ask('not {sane}')).headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]{10,40}$/);
    });
    // Without keep-alive towards Forkcast there would be none now, and 22 would have come and gone.
    const { connections } = await server.status();
    expect(connections).toBeGreaterThan(0);
    expect(connections).toBeLessThanOrEqual(MOST_CONNECTIONS);
    for (const path of ['/v2/repository/models/digits-mlp/unload', '/v2/%72epository/index']) {
      const control = await fetch(proxy.url + path, { method: 'POST' });
      expect([path, control.status]).toEqual([path, 403]);
      expect(control.headers.get('content-type')).toBe('application/json');
      expect(await control.json()).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(proxy.errors()).toEqual([]);
    await server.stop();
  });

  it.skipIf(isMissing)(
    'takes 31 MB, refuses 33 in our form, and passes streams piece by piece',
    async () => {
      const { server, proxy } = await startBoth(name, 'streams');
      const body = (bytes: number) => `{"instances":[{"count":1,"more":"${'a'.repeat(bytes)}"}]}`;
      const taken = await withClient(proxy.url, (c) => c.post('/predict', body(31 * 1024 ** 2)));
      expect(taken.status).toBe(200);
      const refused = await fetch(`${proxy.url}/predict`, {
        method: 'POST',
        body: body(33 * 1024 ** 2),
        headers: { 'content-type': 'application/json' },
      });
      expect(refused.status).toBe(413);
      expect(refused.headers.get('content-type')).toBe('application/json');
      expect(await refused.json()).toMatchObject({
        code: 'BODY_TOO_LARGE',
        requestId: expect.any(String),
      });
      const file = join(temporaryFolder(), 'open');
      const stream = await openStream(proxy.url, { ms: 20, gate: { at: 1, file } });
      expect((await stream.piece(0)).number).toBe(0);
      writeFileSync(file, '');
      await stream.piece(2);
      // Apache looks for its client only when there is something to write to it.
      stream.leave();
      await server.line('stream over', ({ isAborted }) => isAborted === true);
      await server.stop();
    },
  );

  it.skipIf(isMissing)('shows no client that workers are killed and models reloaded', async () => {
    const { server, proxy } = await startBoth(name, DIGITS_MODEL, ['worker died']);
    let isOver = false;
    const load = loadWithDigits(proxy.url, () => isOver);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await pause(BETWEEN_KILLS_MS);
      const [victim] = await server.workerPids();
      if (victim !== undefined) process.kill(victim, 'SIGKILL');
    }
    await server.untilStatus('two ready workers', ({ workers }) =>
      workers.every(({ state }) => state === 'ready'),
    );
    const [old = 0] = await server.workerPids();
    process.kill(old, 'SIGTERM'); // retired, as in every reload
    await server.line('worker left');
    isOver = true;
    const { requests, failures, refused } = await load;
    expect({ failures, refused }).toEqual({ failures: [], refused: 0 });
    expect(requests).toBeGreaterThan(KILLS);
    expect(proxy.errors()).toEqual([]);
  });

  it.skipIf(isMissing)(
    'answers all that is waiting and running when the server is told to stop',
    async () => {
      const { server, proxy } = await startBoth(name, 'slow');
      const clients = Array.from({ length: 12 }, () => new Client(proxy.url));
      const answers = clients.map((client) => client.post('/predict', { instances: [150] }));
      await allArrived(server, clients.length);
      await server.stop();
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses).toEqual(clients.map(() => 200));
      for (const client of clients) client.close();
      expect(proxy.errors()).toEqual([]);
    },
  );
});

describe.skipIf(mustDoWithout('nginx'))('behind nginx, whose log tells of lost requests', () => {
  it('loses nothing that nginx sent when it stops under load', async () => {
    const { server, proxy } = await startBoth('nginx', DIGITS_MODEL);
    let isOver = false;
    const load = loadWithDigits(proxy.url, () => isOver);
    await pause(500);
    await server.stop();
    isOver = true;
    const { requests, failures } = await load;
    expect(requests - failures.length).toBeGreaterThan(0);
    // What comes after the listener is closed finds nobody; nginx says so for each. Any
    // other line (a reset, a connection closed before the answer) is a lost request.
    const others = proxy.errors().filter((line) => !line.includes('connect() failed (111'));
    expect(others).toEqual([]);
    const unexpected = failures.filter(
      (failure) => !('status' in failure && failure.status === 502),
    );
    expect(unexpected).toEqual([]);
  });
});

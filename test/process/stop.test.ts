/** Stopping: what was accepted is answered, nobody sees a reset, nothing is left behind. */
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { endsWith } from '../../src/link/process/worker-process.js';
import { findDeathSignal } from '../../src/master/workers/launch/death-signal.js';
import { Client, heldOpen, rawExchange } from './clients.js';
import { beginning, closedGate, type Gate } from './gate.js';
import { stopMaster } from './masters.js';
import { expectGone, processTree, startServer, type TestServer } from './server.js';

const GET = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n';

/** Sends requests that wait for a gate, one per client, and waits until the server has them all. */
async function sendAll(
  server: TestServer,
  count: number,
  { file: gate }: Gate = closedGate(),
): Promise<Promise<{ status: number; headers: Record<string, unknown> }>[]> {
  const asked = Array.from({ length: count }, () => {
    const answer = new Client(server.url).post('/predict', { instances: [{ gate }] });
    answer.catch(() => {}); // looked at by the test
    return answer;
  });
  await server.untilStatus(
    `${count} requests`,
    ({ inFlight, queue }) => inFlight + queue.depth === count,
  );
  return asked;
}

describe('TERM', () => {
  it('answers what waits and runs, with Connection: close, and turns readiness off meanwhile', async () => {
    const server = await startServer({ path: 'slow', workers: 1 });
    const idle = new Client(server.url);
    expect((await idle.get('/readyz')).status).toBe(200);
    const gate = closedGate();
    const asked = await sendAll(server, 5, gate);
    server.kill('SIGTERM');
    await server.line('draining');
    const ready = await idle.get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.headers.connection).toBe('close');
    expect((await fetch(`${server.adminUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${server.adminUrl}/livez`)).status).toBe(200);
    gate.open();
    for (const answer of await Promise.all(asked)) {
      expect(answer.status).toBe(200);
      expect(answer.headers.connection).toBe('close');
    }
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('answers one more request on a connection that was idle, and goes when the others have left', async () => {
    const server = await startServer({ path: 'echo', args: ['--drain-idle', '1m'] });
    const silent = heldOpen(server.url, '');
    const idle = heldOpen(server.url, GET);
    const busy = new Client(server.url);
    await busy.post('/predict', { instances: [1] });
    await server.untilStatus('3 connections', ({ connections }) => connections === 3);
    server.kill('SIGTERM');
    await server.line('draining');
    const last = await busy.post('/predict', { instances: [2] });
    expect([last.status, last.headers.connection]).toEqual([200, 'close']);
    silent.destroy();
    idle.destroy();
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('gives up at the graceful timeout: 503 DRAINING for the rest, exit 1', async () => {
    const server = await startServer({
      path: 'slow',
      workers: 1,
      args: ['--graceful-timeout', '300ms'],
    });
    const pids = processTree(server.pid);
    const asked = await sendAll(server, 3);
    server.kill('SIGTERM');
    for (const answer of await Promise.all(asked)) {
      expect(answer.status).toBe(503);
      expect(answer.headers.connection).toBe('close');
    }
    expect(await server.exited).toEqual({ code: 1, signal: null });
    await expectGone(pids);
  });

  it('keeps replacing workers that crash while it drains', async () => {
    const server = await startServer({ path: 'slow', workers: 1, expectedErrors: ['worker died'] });
    const gate = closedGate();
    const [answer] = await sendAll(server, 1, gate);
    const [pid = 0] = await server.workerPids();
    server.kill('SIGTERM');
    await server.line('draining');
    process.kill(pid, 'SIGKILL');
    await server.line('worker died');
    gate.open();
    expect((await answer)?.status).toBe(200);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });
});

describe('INT and QUIT', () => {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    it(`${signal} stops at once: 503 for what is unanswered, exit 0`, async () => {
      const server = await startServer({ path: 'slow', workers: 1 });
      const pids = processTree(server.pid);
      const asked = await sendAll(server, 3);
      server.kill(signal);
      for (const answer of await Promise.all(asked)) expect(answer.status).toBe(503);
      expect(await server.exited).toEqual({ code: 0, signal: null });
      await expectGone(pids);
    });
  }
});

describe('a second signal', () => {
  it('hurries a drain that waits for long work', async () => {
    const server = await startServer({ path: 'slow', workers: 1 });
    const asked = await sendAll(server, 2);
    server.kill('SIGTERM');
    await server.line('draining');
    server.kill('SIGTERM');
    for (const answer of await Promise.all(asked)) expect(answer.status).toBe(503);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });
});

describe('a signal to the whole process group', () => {
  /** With both workers: one that is just being started is ended by a signal until Node has begun with it. */
  async function startGroup(path: string): Promise<TestServer> {
    const server = await startServer({ path, detached: true });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    return server;
  }

  it('TERM drains as if the master alone had got it', async () => {
    const server = await startGroup('slow');
    const pids = processTree(server.pid);
    const gate = closedGate();
    const asked = await sendAll(server, 6, gate);
    process.kill(-server.pid, 'SIGTERM');
    await server.line('draining');
    gate.open();
    for (const answer of await Promise.all(asked)) expect(answer.status).toBe(200);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.linesOf('worker ready')).toHaveLength(2);
    await expectGone(pids);
  });

  it('INT stops at once as if the master alone had got it', async () => {
    const server = await startGroup('slow');
    const pids = processTree(server.pid);
    const asked = await sendAll(server, 2);
    process.kill(-server.pid, 'SIGINT');
    for (const answer of await Promise.all(asked)) expect(answer.status).toBe(503);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await expectGone(pids);
  });

  it('HUP, USR1 and USR2 end nobody', async () => {
    const server = await startGroup('echo');
    process.kill(-server.pid, 'SIGUSR1');
    await server.line('signal received', ({ signal }) => signal === 'SIGUSR1');
    process.kill(-server.pid, 'SIGHUP');
    await server.line('reloaded'); // in order, by successors
    const before = await server.workerPids();
    const client = new Client(server.url);
    expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    client.close();
    expect(await server.workerPids()).toEqual(before);
    process.kill(-server.pid, 'SIGUSR2');
    const { newPid } = await server.line('upgrade: new master serves');
    await stopMaster(Number(newPid));
    await server.line('upgrade: new master is gone');
    expect(await server.workerPids()).toEqual(before);
    await server.stop();
  });
});

describe('a master that vanishes', () => {
  it.each([
    { by: 'by the system, where it can', env: {}, isBySystem: findDeathSignal() !== undefined },
    { by: 'by their own watch, without setpriv', env: { PATH: '/nowhere' }, isBySystem: false },
  ])('takes its workers with it, those that compute too: $by', async ({ env, isBySystem }) => {
    const server = await startServer({ path: 'hangs', env });
    const pids = processTree(server.pid);
    expect(pids).toHaveLength(3);
    const [, worker = 0] = pids;
    const args = readFileSync(`/proc/${worker}/cmdline`, 'utf8').split('\0');
    expect(endsWith(args)).toBe(isBySystem ? server.pid : undefined);
    const client = new Client(server.url);
    const begun = beginning();
    const instance = { hang: true, begun: begun.file };
    client.post('/predict', { instances: [instance] }).catch(() => {});
    await begun.seen();
    server.kill('SIGKILL');
    await server.exited;
    await expectGone(pids);
    client.close();
  });
});

describe('a client that is being served', () => {
  it('gets its large reply whole although it takes it slowly and the server drains', async () => {
    const server = await startServer({ path: 'echo', args: ['--drain-idle', '100ms'] });
    const big = 'x'.repeat(12_000_000);
    const others = [[], [GET]].map((pieces) => rawExchange(server.url, pieces));
    const response = await slowReader(server.url, JSON.stringify({ instances: [big] }));
    await server.untilStatus('3 connections', ({ connections }) => connections === 3);
    server.kill('SIGTERM');
    await server.line('draining');
    const late = new Client(server.url);
    await expect(late.get('/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    // When silent and idle connections are closed, the rest of it is still there.
    for (const { isClosed } of await Promise.all(others)) expect(isClosed).toBe(true);
    let length = 0;
    for await (const chunk of response) length += (chunk as Buffer).length;
    expect(length).toBe(JSON.stringify({ predictions: [big] }).length);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });
});

/** Asks, and reads nothing of the answer but its head until the caller does. */
function slowReader(url: string, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const message = request(`${url}/predict`, { method: 'POST', headers });
    message.once('error', reject).once('response', resolve);
    message.end(body);
  });
}

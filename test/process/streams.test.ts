/** Replies that come piece by piece, over the whole way from a worker to its client. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client } from './clients.js';
import { beginning, closedGate } from './gate.js';
import { type LogLine, startServer, type TestServer } from './server.js';
import { openStream } from './stream-client.js';

/** Asks and leaves, once the request runs. */
async function askAndLeave(server: TestServer, instance: object): Promise<void> {
  const leaving = new Client(server.url);
  const begun = beginning();
  leaving.post('/predict', { instances: [{ ...instance, begun: begun.file }] }).catch(() => {});
  await begun.seen();
  leaving.close();
  await server.line('request', ({ status }) => status === 499);
}

describe('a stream', () => {
  it('arrives as it is made, also while the server drains', async () => {
    const server = await startServer({ path: 'streams', workers: 1 });
    const { file, open: letGo } = closedGate();
    const stream = await openStream(server.url, { count: 3, gate: { at: 2, file } });
    expect(stream.response.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'transfer-encoding': 'chunked',
    });
    await stream.piece(1);
    server.kill('SIGTERM');
    await server.line('draining');
    expect(stream.pieces).toHaveLength(2);
    letGo();
    expect(await stream.ended).toBe('complete');
    expect(stream.pieces.map(({ number }) => number)).toEqual([0, 1, 2]);
    const line = await server.line('request');
    expect(line).toMatchObject({ status: 200, route: '/predict', model: 'streams', slot: 0 });
    expect(line.runMs).toBeGreaterThan(0);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('may take longer than its timeout, but not from one piece to the next', async () => {
    const args = ['--timeout', '1s'];
    const server = await startServer({ path: 'streams', workers: 1, args });
    const long = await openStream(server.url, { count: 60, ms: 20 }, 'long');
    const { pid } = await long.piece(59);
    expect(await long.ended).toBe('complete');
    const { runMs } = await server.line('request', ({ requestId }) => requestId === 'long');
    expect(runMs).toBeGreaterThan(1000);
    const stuck = await openStream(server.url, { gate: { at: 1, file: '/nowhere' } }, 'stuck');
    await stuck.piece(0);
    expect(await stuck.ended).toBe('cut');
    expect(stuck.pieces).toHaveLength(1);
    const isStuck = ({ requestId }: LogLine): boolean => requestId === 'stuck';
    expect((await server.line('request', isStuck)).code).toBe('EXECUTION_TIMEOUT');
    // It heard its signal: its worker serves on.
    expect((await server.line('stream over', isStuck)).isAborted).toBe(true);
    const next = await openStream(server.url, { count: 1 });
    expect((await next.piece(0)).pid).toBe(pid);
    await server.stop();
  });
});

describe('a client', () => {
  it('that leaves ends the stream, and gives its worker free', async () => {
    const server = await startServer({ path: 'streams', workers: 1 });
    const stream = await openStream(server.url, { ms: 1 }, 'left');
    const { pid } = await stream.piece(2);
    stream.leave();
    const over = await server.line('stream over');
    expect(over).toMatchObject({ requestId: 'left', isAborted: true });
    expect((await server.line('request')).status).toBe(499);
    const next = await openStream(server.url, { count: 1 });
    expect((await next.piece(0)).pid).toBe(pid);
    await server.stop();
  });

  it('that does not read holds the model back, and is cut after --write-timeout', async () => {
    const args = ['--write-timeout', '500ms'];
    const server = await startServer({ path: 'streams', workers: 1, args });
    const stream = await openStream(server.url, { bytes: 100_000 }, 'slow');
    stream.response.pause();
    const over = await server.line('stream over');
    // What the sockets between take, and no more: without a break it would be thousands.
    expect(over.made).toBeLessThan(300);
    expect(over).toMatchObject({ requestId: 'slow', isAborted: true });
    stream.leave();
    await server.stop();
  });
});

describe('a client that leaves an asynchronous run', () => {
  it('stops it by its signal, which is no error', async () => {
    const server = await startServer({ path: 'async-slow', workers: 1 });
    await askAndLeave(server, { ms: 60_000 });
    const client = new Client(server.url);
    const { status, text } = await client.post('/predict', { instances: [1] });
    expect([status, JSON.parse(text).predictions[0].running]).toEqual([200, 1]);
    client.close();
    await server.stop();
  });

  it('that stops for nobody: only that run is blamed for its time', async () => {
    const folder = temporaryFolder();
    const source = `import { writeFileSync } from 'node:fs';
    export async function predict([x]) {
      if (x.begun === undefined) return [x];
      writeFileSync(x.begun, '');
      return new Promise(() => {});
    }`;
    writeFileSync(join(folder, 'deaf.mjs'), source);
    const server = await startServer({
      path: join(folder, 'deaf.mjs'),
      workers: 1,
      args: ['--timeout', '1s'],
      expectedErrors: ['worker died'],
    });
    await askAndLeave(server, {});
    const client = new Client(server.url);
    expect((await client.post('/predict', { instances: [2] })).status).toBe(200);
    expect((await server.line('worker died')).reason).toContain('did not stop when told to');
    client.close();
    await server.stop();
  });
});

describe('kill -9 of its worker', () => {
  it('cuts the stream; those of other workers, and who comes later, do not see it', async () => {
    const server = await startServer({
      path: 'streams',
      workers: 3, // streams may have all but one
      args: ['--restart-backoff', '100ms'],
      expectedErrors: ['worker died'],
    });
    await server.untilStatus('three ready workers', ({ workers }) =>
      workers.every(({ state }) => state === 'ready'),
    );
    const { file, open: letGo } = closedGate();
    const doomed = await openStream(server.url, { gate: { at: 1, file } }, 'doomed');
    const { pid } = await doomed.piece(0);
    const other = await openStream(server.url, { count: 2, gate: { at: 1, file } }, 'other');
    expect((await other.piece(0)).pid).not.toBe(pid);
    process.kill(pid, 'SIGKILL');
    expect(await doomed.ended).toBe('cut');
    letGo();
    expect(await other.ended).toBe('complete');
    expect(other.pieces).toHaveLength(2);
    const cut = await server.line('request', ({ requestId }) => requestId === 'doomed');
    expect(cut).toMatchObject({ status: 200, code: 'WORKER_CRASHED' });
    const client = new Client(server.url);
    expect((await client.post('/predict', { instances: [{ count: 1 }] })).status).toBe(200);
    client.close();
    await server.stop();
  });
});

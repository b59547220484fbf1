/** What a model does with the server's own channels harms no other request, and never the master. */
import { describe, expect, it } from 'vitest';
import { Client } from './clients.js';
import { expectGone, fixture, processTree, startServer } from './server.js';

describe('a model that closes its stream and computes on', () => {
  it('costs two workers and gets 500 WORKER_CRASHED; nobody else sees it', async () => {
    const server = await startServer({ path: 'meddles', expectedErrors: ['worker died'] });
    const client = new Client(server.url);
    const other = new Client(server.url);
    const asking = client.post('/predict', { instances: [{ closesLink: true }] });
    let answered = false;
    void asking.finally(() => {
      answered = true;
    });
    while (!answered) {
      const { status } = await other.post('/predict', { instances: [1] });
      expect(status).toBe(200);
    }
    const { status, text } = await asking;
    expect(status, text).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'WORKER_CRASHED' });
    // The answer may come before the line of the second death.
    await server.until('two deaths', () => server.linesOf('worker died')[1]);
    const deaths = server.linesOf('worker died');
    expect(deaths.map(({ reason }) => reason)).toEqual(Array(2).fill('closed its stream'));
    client.close();
    other.close();
    await server.stop();
  });
});

describe('a model that sends messages of its own', () => {
  it('is not listened to', async () => {
    const server = await startServer({ path: 'meddles', workers: 1 });
    const pids = await server.workerPids();
    const client = new Client(server.url);
    for (const says of [
      null,
      'ready',
      { type: 'ready' },
      { type: 'figures' },
      { type: 'failed' },
    ]) {
      const { status, text } = await client.post('/predict', { instances: [{ says }] });
      expect(status, JSON.stringify(says) + text).toBe(200);
      expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
      const { workers } = await server.status();
      expect(workers, JSON.stringify(says)).toMatchObject([
        { state: 'ready', models: ['meddles'] },
      ]);
    }
    expect(await server.workerPids()).toEqual(pids);
    client.close();
    await server.stop();
  });
});

describe('a master that vanishes', () => {
  it('takes with it workers that load a model for ever', async () => {
    const path = fixture('../unloadable/loads-for-ever');
    const server = await startServer({ path, workers: 1, waitForReady: false });
    await server.until('load', () => /loading for ever/.exec(server.stdout) ?? undefined);
    const pids = processTree(server.pid);
    expect(pids).toHaveLength(2);
    server.kill('SIGKILL');
    await server.exited;
    await expectGone(pids);
  });
});

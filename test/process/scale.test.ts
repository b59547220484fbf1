/** The number of workers changes while they serve, and no client sees more of it than its speed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client, runLoad } from './clients.js';
import { ctl } from './ctl.js';
import { closedGate } from './gate.js';
import { startServer, type TestServer } from './server.js';

async function scale(server: TestServer, workers: number): Promise<number> {
  const body = JSON.stringify({ workers });
  return (await fetch(`${server.adminUrl}/scale`, { method: 'POST', body })).status;
}

it('to none: who waits is served, who comes is refused at once; and back', async () => {
  const server = await startServer({ path: 'slow', workers: 1 });
  const { file, open } = closedGate();
  const waiting = Array.from({ length: 3 }, () =>
    new Client(server.url).post('/predict', { instances: [{ gate: file }] }),
  );
  await server.untilStatus('requests', ({ inFlight, queue }) => inFlight + queue.depth === 3);
  const none = scale(server, 0);
  await server.line('rollout started');
  const client = new Client(server.url);
  const refused = await client.post('/predict', { instances: [1] });
  expect([refused.status, JSON.parse(refused.text).code]).toEqual([503, 'NO_WORKERS']);
  open();
  for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
  expect(await none).toBe(200);
  expect((await server.status()).workers).toEqual([]);
  expect((await client.get('/readyz')).status).toBe(503);
  expect((await client.get('/livez')).status).toBe(200);
  expect((await client.post('/predict', { instances: [1] })).status).toBe(503);
  server.kill('SIGTTOU');
  await server.line('not scaled: this is as far as signals go');
  expect(await scale(server, 2)).toBe(200);
  expect((await client.get('/readyz')).status).toBe(200);
  expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
  client.close();
  await server.stop();
});

/** Each of the two is held by one worker; `gate` keeps a successor from becoming ready. */
function twoRareModels(): { path: string; breakThem: () => void } {
  const path = temporaryFolder();
  const lay = (source: string): void => {
    for (const name of ['one', 'two']) {
      mkdirSync(join(path, name), { recursive: true });
      writeFileSync(join(path, name, 'model.mjs'), source);
      writeFileSync(join(path, name, 'forkcast.json'), '{ "workers": 1 }');
    }
  };
  lay('export const predict = (rows) => rows.map(() => process.pid);');
  return { path, breakThem: () => lay("throw new Error('no weights');") };
}

it('a model held only by who goes is ready elsewhere first', async () => {
  const { path } = twoRareModels();
  const server = await startServer({ path });
  await server.until('both ready', () => server.linesOf('worker ready')[1]);
  let isOver = false;
  const load = runLoad(
    server.url,
    4,
    () => isOver,
    async (client, number) => {
      const name = number % 2 === 0 ? 'one' : 'two';
      const { status, text } = await client.post(`/v1/models/${name}:predict`, { instances: [0] });
      return status === 200 ? undefined : { status, text };
    },
  );
  expect(await scale(server, 1)).toBe(200);
  const { workers } = await server.status();
  expect(workers).toMatchObject([{ slot: 0, state: 'ready', models: ['one', 'two'] }]);
  isOver = true;
  expect((await load).failures).toEqual([]);
  await server.stop();
});

it('who cannot boot leaves the number as it was, and ctl says why', async () => {
  const { path, breakThem } = twoRareModels();
  writeFileSync(join(path, 'one', 'forkcast.json'), '{}');
  const server = await startServer({
    path,
    workers: 1,
    expectedErrors: ['boot failed', 'worker died', 'rollout failed', 'scaling failed'],
  });
  const before = await server.workerPids();
  breakThem();
  const [code, , stderr] = await ctl(server, 'scale', '3');
  expect(code).toBe(1);
  expect(stderr).toContain('not scaled to 3, 1 workers serve on');
  expect(stderr).toContain('no weights');
  server.kill('SIGTTIN');
  await server.line('scaling failed');
  expect(await server.workerPids()).toEqual(before);
  expect((await server.status()).workersWanted).toBe(1);
  const client = new Client(server.url);
  expect((await client.post('/v1/models/one:predict', { instances: [0] })).status).toBe(200);
  client.close();
  await server.stop();
});

/** Its answer is what a worker computes with; two at once are two workers'. */
const THREADS = `
  let threads;
  export default {
    load: (context) => { ({ threads } = context); },
    predict: (rows) => new Promise((done) => setTimeout(() => done(rows.map(() => threads)), 100)),
  };`;

it('who starts gets the share of the CPUs that is due then; who is there keeps its own', async () => {
  const path = join(temporaryFolder(), 'threads.mjs');
  writeFileSync(path, THREADS);
  const server = await startServer({ path, workers: 1 });
  const { cpus, threads } = await server.line('starting');
  const { count } = cpus as { count: number };
  expect(threads).toBe(count);
  expect(await scale(server, 2)).toBe(200);
  const half = Math.max(1, Math.floor(count / 2));
  expect(await server.line('scaled')).toMatchObject({ workers: 2, threads: half });
  const clients = [new Client(server.url), new Client(server.url)];
  const answers = await Promise.all(
    clients.map((client) => client.post('/predict', { instances: [0] })),
  );
  const told = answers.map(({ text }) => JSON.parse(text).predictions[0]);
  expect(told.toSorted()).toEqual([half, count].toSorted());
  for (const client of clients) client.close();
  await server.stop();
});

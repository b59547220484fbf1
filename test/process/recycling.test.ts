/** Workers that have reached a limit are replaced, and nobody but the log notices. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client } from './clients.js';
import { ctl } from './ctl.js';
import { expectGone, startServer } from './server.js';
import { watchWorkers } from './worker-watch.js';

it('max-worker-memory: a worker that leaks is replaced; one that needs as much at once is not', async () => {
  const args = ['--max-worker-memory', '400mb'];
  const server = await startServer({ path: 'leaks', workers: 1, args });
  const client = new Client(server.url);
  const [leaking = 0] = await server.workerPids();
  for (let asked = 0; asked < 5; asked += 1) {
    expect((await client.post('/predict', { instances: [{ megabytes: 80 }] })).status).toBe(200);
  }
  const line = await server.line('recycling worker');
  expect(line).toMatchObject({ workerPid: leaking, reason: 'max_worker_memory', limit: 400 << 20 });
  await server.line('worker left');
  await expectGone([leaking]);
  expect((await client.post('/predict', { instances: [{ megabytes: 0 }] })).status).toBe(200);
  expect(await server.metrics()).toContain('{reason="max_worker_memory"} 1\n');
  client.close();
  await server.stop();
  const small = await startServer({
    path: 'echo',
    workers: 1,
    args: ['--max-worker-memory', '1mb'],
  });
  await small.line('worker is over max-worker-memory from the start, and not recycled for it');
  await small.stop();
});

it('max-worker-age: at about that age, one after the other', async () => {
  const server = await startServer({ path: 'echo', args: ['--max-worker-age', '1s'] });
  const first = await server.until('both ready', () =>
    server.linesOf('worker ready').length >= 2 ? server.workerPids() : undefined,
  );
  const isOver = (): boolean => server.linesOf('worker left').length >= 2;
  const watched = watchWorkers(server, isOver);
  await expectGone(await first);
  expect(await watched).toEqual({ fewestReady: 2, mostWorkers: 3 });
  const [line] = server.linesOf('recycling worker');
  expect(line).toMatchObject({ reason: 'max_worker_age' });
  expect(Number(line?.limit)).toBeGreaterThanOrEqual(900);
  await server.stop();
});

it('a successor that cannot boot is tried again later, and the old worker serves on', async () => {
  const path = join(temporaryFolder(), 'a');
  mkdirSync(path);
  const lay = (code: string): void => writeFileSync(join(path, 'model.mjs'), code);
  lay('export const predict = (rows) => rows.map(() => process.pid);');
  const server = await startServer({
    path,
    args: ['--max-requests', '2', '--restart-backoff', '100ms'],
    expectedErrors: ['boot failed', 'worker died'],
  });
  await server.until('both ready', () => server.linesOf('worker ready')[1]);
  lay("throw new Error('no weights');");
  const client = new Client(server.url);
  const ask = async (): Promise<number> => {
    const { status, text } = await client.post('/predict', { instances: [0] });
    expect(status).toBe(200);
    return JSON.parse(text).predictions[0] as number;
  };
  const before = await server.workerPids();
  await server.until('two failures', () => {
    void ask();
    return server.linesOf('worker died')[1];
  });
  expect(before).toContain(await ask());
  expect(server.linesOf('recycling worker')).toHaveLength(1);
  expect(await (await fetch(`${server.adminUrl}/readyz`)).text()).toContain('"ready":2');
  lay('export const predict = (rows) => rows.map(() => process.pid);');
  await server.untilStatus('successor', ({ workers }) =>
    workers.some(({ pid = 0, state }) => state === 'ready' && !before.includes(pid)),
  );
  client.close();
  await server.stop();
});

it('ctl restart: another worker in one slot, successor first; why not, when it cannot boot', async () => {
  const path = join(temporaryFolder(), 'a');
  mkdirSync(path);
  const lay = (code: string): void => writeFileSync(join(path, 'model.mjs'), code);
  lay('export const predict = (rows) => rows.map(() => process.pid);');
  const expectedErrors = ['boot failed', 'worker died', 'restart failed'];
  const server = await startServer({ path, expectedErrors });
  await server.until('both ready', () => server.linesOf('worker ready')[1]);
  const pidOf = async (slot: number): Promise<number | undefined> =>
    (await server.status()).workers.find((worker) => worker.slot === slot)?.pid;
  const [first = 0, second] = [await pidOf(0), await pidOf(1)];
  expect(await ctl(server, 'restart', '0')).toEqual([0, 'slot 0 has a new worker\n', '']);
  await expectGone([first]);
  const successor = await pidOf(0);
  expect([successor === first, await pidOf(1)]).toEqual([false, second]);
  expect(await server.metrics()).toContain('{reason="restarted"} 1\n');
  lay("throw new Error('no weights');");
  const [code, , stderr] = await ctl(server, 'restart', '0');
  expect(code).toBe(1);
  expect(stderr).toContain('its worker serves on: ');
  expect(stderr).toContain('no weights');
  await server.untilStatus('it serves on', ({ workers }) =>
    workers.some(({ pid, state }) => pid === successor && state === 'ready'),
  );
  const [, , unknown] = await ctl(server, 'restart', '7');
  expect(unknown).toContain('there is no slot 7; expected one of: 0, 1 (404 SLOT_NOT_FOUND)');
  await server.stop();
});

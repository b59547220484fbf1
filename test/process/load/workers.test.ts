/** Workers come, go and are replaced under load: no client notices. */
import { expect, it } from 'vitest';
import { type LoadResult, runLoad } from '../clients.js';
import { ctl } from '../ctl.js';
import { expectGone, type Status, startServer, type TestServer } from '../server.js';
import { watchWorkers } from '../worker-watch.js';

async function scale(server: TestServer, workers: number): Promise<number> {
  const body = JSON.stringify({ workers });
  return (await fetch(`${server.adminUrl}/scale`, { method: 'POST', body })).status;
}

function readySlots({ workers }: Status): number[] {
  return workers.filter(({ state }) => state === 'ready').map(({ slot }) => slot);
}

/** Until `end` is called. */
function underLoad(server: TestServer): { end: () => Promise<LoadResult> } {
  let isOver = false;
  const load = runLoad(
    server.url,
    8,
    () => isOver,
    async (client, number) => {
      const { status, text } = await client.post('/predict', { instances: [number] });
      return status === 200 ? undefined : { status, text };
    },
  );
  return {
    end: () => {
      isOver = true;
      return load;
    },
  };
}

it('up and down under load, by ctl and by signals: nothing fails, who goes is gone', async () => {
  const server = await startServer({ path: 'echo', workers: 1 });
  const load = underLoad(server);
  expect(await ctl(server, 'scale', '3')).toEqual([0, '3 workers are ready\n', '']);
  const up = await server.status();
  expect([readySlots(up), up.workersWanted]).toEqual([[0, 1, 2], 3]);
  expect(await server.metrics()).toContain('forkcast_workers_wanted 3\n');
  const [first, ...others] = await server.workerPids();
  expect(await scale(server, 1)).toBe(200);
  await expectGone(others);
  expect(await server.workerPids()).toEqual([first]);
  for (const signal of ['SIGTTIN', 'SIGTTIN'] as const) {
    server.kill(signal);
    await server.line('signal received', (line) => line.signal === signal);
  }
  await server.untilStatus('three ready', (status) => readySlots(status).length === 3);
  for (let times = 0; times < 4; times += 1) {
    server.kill('SIGTTOU');
    await server.until('TTOU', () => server.linesOf('signal received')[2 + times]);
  }
  await server.untilStatus(
    'one left',
    (status) => status.rollout === null && status.workersWanted === 1,
  );
  expect(await server.workerPids()).toEqual([first]);
  const { failures, requests } = await load.end();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(100);
  expect(await server.metrics()).toContain('{reason="scaled_down"} 4\n');
  await server.stop();
});

it('max-requests under load: nothing fails, never fewer ready than wanted, one too many at most', async () => {
  const args = ['--max-requests', '60', '--max-requests-jitter', '40'];
  const server = await startServer({ path: 'echo', args });
  await server.until('both ready', () => server.linesOf('worker ready')[1]);
  const first = await server.workerPids();
  const isOver = (): boolean => server.linesOf('recycling worker').length >= 5;
  const watched = watchWorkers(server, isOver);
  const { failures, requests } = await runLoad(server.url, 8, isOver, async (client, number) => {
    const { status, text } = await client.post('/predict', { instances: [number] });
    return status === 200 ? undefined : { status, text };
  });
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThanOrEqual(300);
  expect(await watched).toEqual({ fewestReady: 2, mostWorkers: 3 });
  await expectGone(first);
  for (const line of server.linesOf('recycling worker')) {
    expect(line.reason).toBe('max_requests');
    expect(line.limit).toBeGreaterThanOrEqual(60);
    expect(line.limit).toBeLessThanOrEqual(100);
    expect(line.served).toBeGreaterThanOrEqual(Number(line.limit));
  }
  expect(await server.metrics()).toMatch(/restarts_total\{reason="max_requests"\} [45]\n/);
  await server.stop();
});

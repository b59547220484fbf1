/** What an operator reads: metrics that Prometheus accepts, counters that never fall, status, log. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { TOOL_PATH } from '../../loadtest/proxies/proxy.js';
import { Client } from './clients.js';
import { startServer } from './server.js';
import { mustDoWithout } from './tools.js';

/** Samples by name and labels. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** Names of counters, and of the parts of histograms, which count as well. */
function countersOf(text: string): string[] {
  const types = [...text.matchAll(/^# TYPE (\S+) (counter|histogram)$/gm)];
  return types.flatMap(([, name = '', type]) =>
    type === 'counter' ? [name] : [`${name}_bucket`, `${name}_sum`, `${name}_count`],
  );
}

describe('/metrics', () => {
  it.skipIf(mustDoWithout('promtool'))('is clean for promtool', async () => {
    const server = await startServer({ path: 'echo' });
    const client = new Client(server.url);
    await client.post('/predict', { instances: [1, 2] });
    await client.post('/nowhere', {});
    const text = await server.metrics();
    const check = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
      env: { PATH: TOOL_PATH },
    });
    expect(check.error, 'promtool is needed: scripts/debian-tools.sh installs it').toBeUndefined();
    expect(check.stdout + check.stderr).toBe('');
    expect(check.status).toBe(0);
    client.close();
    await server.stop();
  });

  it('has counters that never fall, across crashes', async () => {
    const server = await startServer({ path: 'mixed', expectedErrors: ['worker died'] });
    const client = new Client(server.url);
    let before = samples(await server.metrics());
    const backlog = process.platform === 'linux' ? 0 : undefined;
    expect(before.get('forkcast_backlog_connections')).toBe(backlog);
    for (let round = 0; round < 6; round += 1) {
      await client.post('/predict', { instances: [1, 2, 3] });
      if (round % 2 === 1) await client.post('/predict', { instances: [{ signal: 'SIGSEGV' }] });
      const text = await server.metrics();
      const now = samples(text);
      const counters = countersOf(text);
      for (const [sample, value] of before) {
        const name = sample.replace(/\{.*/, '');
        if (!counters.includes(name)) continue;
        expect(now.get(sample), sample).toBeGreaterThanOrEqual(value);
      }
      before = now;
    }
    const requests = 'forkcast_requests_total{model="mixed",route="/predict",status="200"}';
    expect(before.get(requests)).toBe(6);
    expect(before.get('forkcast_worker_restarts_total{reason="crashed"}')).toBe(6);
    client.close();
    await server.stop();
  });
});

describe('/status and the log', () => {
  it('name each worker, and each request with its times', async () => {
    const server = await startServer({ path: 'slow', workers: 2 });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    const client = new Client(server.url);
    await client.post('/predict?secret=1', { instances: [30, 20] });
    const line = await server.line('request', ({ path }) => path === '/predict');
    expect(line).toMatchObject({ method: 'POST', status: 200, model: 'slow', route: '/predict' });
    expect(line).toMatchObject({ slot: expect.any(Number), requestId: expect.any(String) });
    expect(line.queueMs).toBeGreaterThanOrEqual(0);
    expect(line.runMs).toBeGreaterThanOrEqual(50);
    expect(line.totalMs).toBeGreaterThanOrEqual(Number(line.runMs));
    expect(line).toMatchObject({ bytesIn: 21, bytesOut: expect.any(Number) });
    expect(JSON.stringify(line)).not.toContain('secret');
    const { workers } = await server.status();
    expect(workers).toHaveLength(2);
    for (const [slot, worker] of workers.entries()) {
      expect(worker).toMatchObject({ slot, state: 'ready', inFlight: 0, models: ['slow'] });
      expect(worker).toMatchObject({ pid: expect.any(Number), rssBytes: expect.any(Number) });
      expect(worker).toMatchObject({ ageSeconds: expect.any(Number), busySinceMs: null });
    }
    client.close();
    await server.stop();
  });

  it('the public metrics port has health and metrics, and nothing else', async () => {
    const server = await startServer({ path: 'echo', args: ['--metrics-bind', '127.0.0.1:0'] });
    const { address } = await server.line('metrics listening');
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(`http://${String(address)}${path}`)).status;
    expect(await statusOf('/livez')).toBe(200);
    expect(await statusOf('/readyz')).toBe(200);
    expect(await statusOf('/metrics')).toBe(200);
    expect(await statusOf('/status')).toBe(404);
    await server.stop();
  });
});

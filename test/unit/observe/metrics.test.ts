import { expect, test } from 'vitest';
import { type LoadedModel, type MetricSources, Metrics } from '../../../src/observe/metrics.js';
import { finishedRequest } from './finished-requests.js';

const SOURCES: MetricSources = {
  requestsRefused: () => ({ count: 1, bytes: 2, wait: 3 }),
  clientsStalled: () => ({ bodies: 4, readers: 5 }),
  takenBack: () => 8,
  slices: () => 6,
  queueDepth: () => 3,
  queueBytes: () => 4096,
  queueOldestWaitMs: () => 1500,
  requestsInFlight: () => 2,
  connectionsOpen: () => 7,
  backlogConnections: async () => 5,
  workers: () => ({ booting: 1, ready: 2, draining: 0, backoff: 0 }),
  workersWanted: () => 1,
  workersBusy: () => 1,
  logLinesDropped: () => 0,
  models: () => [],
};

async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter((line) => line.startsWith(name));
}

const newMetrics = (): Metrics => new Metrics('0.1.0', SOURCES);

test('requests are counted by model, route and status', async () => {
  const metrics = newMetrics();
  metrics.finishedRequest(finishedRequest());
  metrics.finishedRequest(finishedRequest());
  metrics.finishedRequest(finishedRequest({ status: 503, code: 'QUEUE_FULL' }));
  metrics.finishedRequest(finishedRequest({ model: 'other', route: 'other', status: 404 }));
  expect(await linesOf(metrics, 'forkcast_requests_total')).toEqual([
    'forkcast_requests_total{model="digits",route="/predict",status="200"} 2',
    'forkcast_requests_total{model="digits",route="/predict",status="503"} 1',
    'forkcast_requests_total{model="other",route="other",status="404"} 1',
  ]);
});

test('times are seconds in cumulative buckets, with sum and count', async () => {
  const metrics = newMetrics();
  metrics.finishedRequest(finishedRequest({ totalMs: 3.5 }));
  metrics.finishedRequest(finishedRequest({ totalMs: 90_000 }));
  const lines = await linesOf(metrics, 'forkcast_request_duration_seconds');
  const labels = 'model="digits",route="/predict"';
  const bucket = (le: string, count: number) =>
    `forkcast_request_duration_seconds_bucket{${labels},le="${le}"} ${count}`;
  expect(lines).toContain(bucket('0.0025', 0));
  expect(lines).toContain(bucket('0.005', 1));
  expect(lines).toContain(bucket('60', 1));
  expect(lines).toContain(bucket('+Inf', 2));
  expect(lines.slice(-2)).toEqual([
    `forkcast_request_duration_seconds_sum{${labels}} 90.0035`,
    `forkcast_request_duration_seconds_count{${labels}} 2`,
  ]);
});

test('what was never queued or never ran is in no histogram of waits and runs', async () => {
  const metrics = newMetrics();
  metrics.finishedRequest(finishedRequest({ queueMs: undefined, runMs: undefined, rows: 0 }));
  for (const name of ['queue_wait_seconds', 'run_seconds', 'batch_rows']) {
    expect(await linesOf(metrics, `forkcast_${name}_count`)).toEqual([
      `forkcast_${name}_count{model="digits"} 0`,
    ]);
  }
});

test('bytes are added up, and clients that left are counted whatever the status', async () => {
  const metrics = newMetrics();
  metrics.finishedRequest(finishedRequest({ status: 499, code: 'CLIENT_CLOSED_REQUEST' }));
  metrics.finishedRequest(finishedRequest({ status: 200, code: 'CLIENT_CLOSED_REQUEST' }));
  expect(await linesOf(metrics, 'forkcast_clients_left')).toEqual([
    'forkcast_clients_left_total 2',
  ]);
  expect(await linesOf(metrics, 'forkcast_request_bytes')).toEqual([
    'forkcast_request_bytes_total{model="digits"} 600',
  ]);
  expect(await linesOf(metrics, 'forkcast_response_bytes')).toEqual([
    'forkcast_response_bytes_total{model="digits"} 80',
  ]);
});

test('gauges are read at the scrape', async () => {
  let depth = 1;
  const metrics = new Metrics('0.1.0', { ...SOURCES, queueDepth: () => depth });
  expect(await linesOf(metrics, 'forkcast_queue_depth')).toEqual(['forkcast_queue_depth 1']);
  depth = 2;
  expect(await linesOf(metrics, 'forkcast_queue_depth')).toEqual(['forkcast_queue_depth 2']);
  expect(await linesOf(metrics, 'forkcast_queue_oldest')).toEqual([
    'forkcast_queue_oldest_wait_seconds 1.5',
  ]);
  expect(await linesOf(metrics, 'forkcast_workers')).toEqual([
    'forkcast_workers{state="booting"} 1',
    'forkcast_workers{state="ready"} 2',
    'forkcast_workers{state="draining"} 0',
    'forkcast_workers{state="backoff"} 0',
    'forkcast_workers_wanted 1',
    'forkcast_workers_busy 1',
  ]);
});

test('every reason of a restart is there from the start', async () => {
  const metrics = newMetrics();
  metrics.workerRestarted('killed');
  const lines = await linesOf(metrics, 'forkcast_worker_restarts_total');
  expect(lines).toContain('forkcast_worker_restarts_total{reason="killed"} 1');
  expect(lines).toContain('forkcast_worker_restarts_total{reason="crashed"} 0');
});

test('the memory of a dead worker disappears, its CPU time stays', async () => {
  const metrics = newMetrics();
  const account = metrics.workerStarted(1);
  account.record({
    rssBytes: 100,
    heapUsedBytes: 50,
    externalBytes: 20,
    cpuUserSeconds: 2,
    cpuSystemSeconds: 1,
  });
  expect(await linesOf(metrics, 'forkcast_worker_resident')).toEqual([
    'forkcast_worker_resident_memory_bytes{worker="1"} 100',
  ]);
  account.close();
  expect(await linesOf(metrics, 'forkcast_worker_resident')).toEqual([]);
  expect(await linesOf(metrics, 'forkcast_worker_cpu')).toEqual([
    'forkcast_worker_cpu_user_seconds_total{worker="1"} 2',
    'forkcast_worker_cpu_system_seconds_total{worker="1"} 1',
  ]);
});

test('models are there while they are served', async () => {
  let models: LoadedModel[] = [{ name: 'digits', version: '1', loadMs: 200, warmupMs: 50 }];
  const metrics = new Metrics('0.1.0', { ...SOURCES, models: () => models });
  expect(await linesOf(metrics, 'forkcast_model_load')).toEqual([
    'forkcast_model_load_seconds{model="digits",version="1"} 0.25',
  ]);
  models = [];
  expect(await linesOf(metrics, 'forkcast_model_load')).toEqual([]);
});

test('refusals are counted by the bound, and stalled clients by what they held', async () => {
  const metrics = new Metrics('0.1.0', SOURCES);
  expect(await linesOf(metrics, 'forkcast_requests_refused_total')).toEqual([
    'forkcast_requests_refused_total{bound="count"} 1',
    'forkcast_requests_refused_total{bound="bytes"} 2',
    'forkcast_requests_refused_total{bound="wait"} 3',
  ]);
  expect(await linesOf(metrics, 'forkcast_clients_stalled_total')).toEqual([
    'forkcast_clients_stalled_total{held="body"} 4',
    'forkcast_clients_stalled_total{held="answer"} 5',
  ]);
  expect(await linesOf(metrics, 'forkcast_requests_taken_back_total')).toEqual([
    'forkcast_requests_taken_back_total 8',
  ]);
});

test('rollouts are counted by how they ended, from zero', async () => {
  const metrics = newMetrics();
  metrics.rolloutEnded('failed');
  expect(await linesOf(metrics, 'forkcast_rollouts_total')).toEqual([
    'forkcast_rollouts_total{outcome="done"} 0',
    'forkcast_rollouts_total{outcome="failed"} 1',
    'forkcast_rollouts_total{outcome="abandoned"} 0',
  ]);
});

test('connections in the backlog are shown where the system tells of them', async () => {
  const name = 'forkcast_backlog_connections';
  expect(await linesOf(newMetrics(), name)).toEqual([`${name} 5`]);
  const silent = new Metrics('0.1.0', { ...SOURCES, backlogConnections: async () => undefined });
  expect(await linesOf(silent, name)).toEqual([]);
});

import { expect, test } from 'vitest';
import { readExposition } from '../../../../src/ctl/top/exposition.js';
import type { Look } from '../../../../src/ctl/top/look.js';
import { fitted, picture } from '../../../../src/ctl/top/picture.js';

const STATUS: Look['status'] = {
  version: '1.2.3',
  pid: 7,
  state: 'serving',
  uptimeSeconds: 3700,
  connections: 3,
  queue: { depth: 2, limit: 1024, bytes: 4096, bytesLimit: 268_435_456, oldestWaitMs: 250 },
  inFlight: 2,
  workersWanted: 2,
  generation: 1,
  rollout: null,
  models: [],
  workers: [
    {
      slot: 0,
      pid: 11,
      state: 'ready',
      ageSeconds: 61,
      rssBytes: 104_857_600,
      served: 300,
      inFlight: 2,
      busySinceMs: 12.5,
    },
    { slot: 1, state: 'backoff', nextTryMs: 800 },
  ],
};

function look(atMs: number, requests: number, errors: number, served: number): Look {
  const [first = STATUS.workers[1], ...others] = STATUS.workers;
  const samples = readExposition(`
forkcast_requests_total{model="echo",route="/predict",status="200"} ${requests}
forkcast_requests_total{model="echo",route="/predict",status="503"} ${errors}
forkcast_requests_total{model="other",route="/livez",status="200"} 4
forkcast_request_duration_seconds_bucket{model="echo",route="/predict",le="0.01"} ${requests}
forkcast_request_duration_seconds_bucket{model="echo",route="/predict",le="+Inf"} ${requests}
`);
  const workers = first === undefined ? others : [{ ...first, served }, ...others];
  return { atMs, status: { ...STATUS, workers }, samples };
}

test('workers, queue, rates and latencies of the last interval', () => {
  expect(picture(look(3000, 250, 10, 300), look(1000, 50, 5, 100)).join('\n')).toBe(
    `forkcast 1.2.3, pid 7, serving for 1h 1m, connections 3
queue 2 of 1024, oldest 250 ms, 4 KB of 256 MB; in flight 2
requests 103/s, errors 2.5/s; latency p50 5 ms, p99 9.9 ms

MODEL  REQUESTS/S  ERRORS/S  P50   P99
echo   103         2.5       5 ms  9.9 ms
other  0           0         -     -

SLOT  PID  STATE                        AGE    MEMORY  SERVED  SERVED/S  IN FLIGHT  BUSY
0     11   ready                        1m 1s  100 MB  300     100       2          12.5 ms
1     -    backoff, next try in 800 ms`,
  );
});

test('the first look has no rates', () => {
  const lines = picture(look(1000, 50, 5, 100), undefined);
  expect(lines[2]).toBe('requests -/s, errors -/s; latency p50 -, p99 -');
});

test('a server that was started anew has none, either', () => {
  const lines = picture(look(2000, 1, 0, 1), look(1000, 50, 5, 100));
  expect(lines[2]).toMatch(/^requests -\/s, errors -\/s; latency p50 -/);
});

test('it is cut to the terminal, and says how to leave', () => {
  const lines = ['abcdef', 'b', 'c', 'd'];
  expect(fitted(lines, { columns: 3, rows: 10 })).toEqual(['abc', 'b', 'c', 'd', 'q: ']);
  expect(fitted(lines, { columns: 80, rows: 4 })).toEqual(['abcdef', 'b', '…', 'q: quit']);
  expect(fitted(lines, { columns: 80, rows: 1 })).toEqual(['q: quit']);
});

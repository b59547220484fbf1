import { expect, test } from 'vitest';
import { statusText } from '../../../src/ctl/status.js';

const REPORT = {
  version: '1.2.3',
  pid: 7,
  state: 'serving',
  uptimeSeconds: 90_061,
  connections: 2,
  workersWanted: 2,
  queue: { depth: 1, limit: 8, bytes: 100, bytesLimit: 256 * 1024 ** 2, oldestWaitMs: 5 },
  inFlight: 3,
  generation: 4,
  rollout: null,
  models: [
    { name: 'digits', version: '2', state: 'READY', reason: '' },
    { name: 'x', version: '10', state: 'UNAVAILABLE', reason: 'unloaded' },
  ],
  workers: [
    {
      slot: 0,
      pid: 4711,
      state: 'ready',
      generation: 4,
      ageSeconds: 125,
      rssBytes: 80 * 1024 ** 2,
      served: 12,
      inFlight: 3,
    },
    {
      slot: 1,
      pid: 12,
      state: 'booting',
      generation: 5,
      ageSeconds: 0.4,
      rssBytes: null,
      served: 0,
      inFlight: 0,
    },
    { slot: 2, state: 'backoff', nextTryMs: 400 },
  ],
};

test('the status is a few lines and two tables', () => {
  expect(statusText(REPORT).split('\n')).toEqual([
    'forkcast 1.2.3, pid 7, serving for 1d 1h, generation 4',
    'queue 1 of 8 requests, 1 KB of 256 MB, oldest 5 ms; in flight 3; connections 2; workers wanted 2',
    '',
    'SLOT  PID   STATE                        GENERATION  AGE    MEMORY  SERVED  IN FLIGHT',
    '0     4711  ready                        4           2m 5s  80 MB   12      3',
    '1     12    booting                      5           0s     -       0       0',
    '2     -     backoff, next try in 400 ms',
    '',
    'MODEL   VERSION  STATE        REASON',
    'digits  2        READY',
    'x       10       UNAVAILABLE  unloaded',
  ]);
});

test('a rollout is in the first line', () => {
  const rollout = { generation: 5, state: 'moving', replaced: 1 };
  const [first] = statusText({ ...REPORT, rollout }).split('\n');
  expect(first).toMatch(/generation 4, moving to 5 \(1 replaced\)$/);
});

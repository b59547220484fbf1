// Who is recycled and when, over handles that have no process.
import { beforeEach, describe, expect, test } from 'vitest';
import { Recycler } from '../../../../src/master/recycling/recycler.js';
import type { WorkerHandle } from '../../../../src/master/workers/worker-handle.js';
import { capturedLog, type LogLine } from '../captured-log.js';

const SECOND = 1000;
let settings: {
  maxRequests: number | undefined;
  maxRequestsJitter: number;
  maxWorkerMemory: number | undefined;
  maxWorkerAge: number | undefined;
};
let workers: WorkerHandle[];
let memory: Map<number, number>;
let retired: string[];
let mayRecycle: boolean;
let nowMs: number;
let recycler: Recycler;
let lines: () => LogLine[];

beforeEach(() => {
  const off = undefined;
  settings = { maxRequests: off, maxRequestsJitter: 0, maxWorkerMemory: off, maxWorkerAge: off };
  workers = [];
  memory = new Map();
  retired = [];
  mayRecycle = true;
  nowMs = 0;
  const captured = capturedLog();
  lines = captured.lines;
  recycler = new Recycler({
    settings,
    log: captured.log,
    now: () => nowMs,
    mayRecycle: () => mayRecycle,
    residentBytes: (pid) => memory.get(pid),
    supervisor: () => ({
      workers,
      retire: (worker, reason = 'retired') => {
        worker.spentBy = reason;
        worker.state = 'retiring';
        retired.push(`${worker.slot} ${reason}`);
      },
    }),
  });
});

function addReady(memoryBytes?: number): WorkerHandle {
  const slot = workers.length;
  const fields = { slot, pid: 100 + slot, state: 'ready', served: 0, forkedAtMs: nowMs };
  const worker = fields as WorkerHandle;
  if (memoryBytes !== undefined) memory.set(worker.pid, memoryBytes);
  workers.push(worker);
  recycler.workerReady(worker);
  return worker;
}

function tick(ms = 0): void {
  nowMs += ms;
  recycler.tick();
}

test('nobody is recycled, and no memory read, while all is off', () => {
  addReady(1).served = 1e9;
  memory.clear();
  tick(1e9);
  expect(retired).toEqual([]);
});

test('requests: at the limit, with the facts in the log', () => {
  settings.maxRequests = 10;
  const worker = addReady();
  worker.served = 9;
  tick(SECOND);
  expect(retired).toEqual([]);
  worker.served = 10;
  tick();
  expect(retired).toEqual(['0 max_requests']);
  expect(lines()).toMatchObject([
    {
      msg: 'recycling worker',
      slot: 0,
      workerPid: 100,
      reason: 'max_requests',
      limit: 10,
      served: 10,
    },
  ]);
});

test('age: from its fork, up to a tenth earlier', () => {
  settings.maxWorkerAge = 10 * SECOND;
  addReady();
  tick(9 * SECOND - 1);
  expect(retired).toEqual([]);
  tick(SECOND + 1);
  expect(retired).toEqual(['0 max_worker_age']);
});

describe('memory', () => {
  beforeEach(() => {
    settings.maxWorkerMemory = 1000;
  });

  test('is looked at once a second', () => {
    const { pid } = addReady(100);
    tick();
    memory.set(pid, 1000);
    tick(SECOND - 1);
    expect(retired).toEqual([]);
    tick(1);
    expect(retired).toEqual(['0 max_worker_memory']);
    expect(lines()).toMatchObject([{ rssBytes: 1000, limit: 1000 }]);
  });

  test('is the worker’s own word where the kernel says nothing', () => {
    const worker = addReady();
    worker.account = { figures: { rssBytes: 2000 } } as WorkerHandle['account'];
    tick();
    expect(retired).toEqual(['0 max_worker_memory']);
  });

  test('that a worker needs from the start would be needed again: it is said once, and left', () => {
    addReady(1500);
    tick();
    tick(SECOND);
    expect(retired).toEqual([]);
    expect(lines()).toMatchObject([{ level: 'warn', rssBytes: 1500, limit: 1000 }]);
  });
});

describe('one at a time', () => {
  beforeEach(() => {
    settings.maxRequests = 10;
    settings.maxWorkerAge = 10 * SECOND;
  });

  test('the one furthest over first, the next only when it is gone', () => {
    for (const served of [11, 30, 20]) addReady().served = served;
    tick();
    tick();
    expect(retired).toEqual(['1 max_requests']);
    const [gone] = workers.splice(1, 1);
    if (gone !== undefined) gone.state = 'dead';
    tick();
    expect(retired).toEqual(['1 max_requests', '2 max_requests']);
  });

  test('one that retires for another reason counts as well', () => {
    addReady().served = 99;
    const other = addReady();
    other.state = 'retiring';
    other.spentBy = 'retired';
    tick();
    expect(retired).toEqual([]);
  });

  test('not while the server stops or rolls out, and not before a worker is ready', () => {
    addReady().served = 99;
    mayRecycle = false;
    tick();
    mayRecycle = true;
    for (const worker of workers) worker.state = 'booting';
    tick();
    expect(retired).toEqual([]);
  });
});

test('settings that change hold for those that are there', () => {
  const worker = addReady();
  worker.served = 5;
  tick();
  settings.maxRequests = 5;
  tick();
  expect(retired).toEqual(['0 max_requests']);
});

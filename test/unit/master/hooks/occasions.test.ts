// When hooks are told what: each occasion once, and with its facts.
import { beforeEach, expect, test } from 'vitest';
import { Occasions } from '../../../../src/master/hooks/occasions.js';

const ADDRESSES = ['127.0.0.1:8000'];

let told: [name: string, facts: unknown][];
let addresses: readonly string[] | undefined;
let wanted: number;
let occasions: Occasions;

beforeEach(() => {
  told = [];
  addresses = ADDRESSES;
  wanted = 2;
  occasions = new Occasions({
    hooks: { tell: (name, facts) => void told.push([name, facts]) },
    addresses: () => addresses,
    wantedWorkers: () => wanted,
    isStopping: () => false,
    now: () => 5000,
  });
});

test('ready is told once, with the first worker', () => {
  occasions.passed();
  expect(told).toEqual([]);
  occasions.workerReady();
  occasions.workerReady();
  occasions.passed();
  expect(told).toEqual([['whenReady', { pid: process.pid, addresses: ADDRESSES, workers: 2 }]]);
});

test('ready is told only when somebody listens: a master that follows another has workers before', () => {
  addresses = undefined;
  occasions.workerReady();
  occasions.passed();
  expect(told).toEqual([]);
  addresses = ADDRESSES;
  occasions.passed();
  addresses = undefined; // it rests,
  occasions.passed();
  addresses = ADDRESSES; // and listens again
  occasions.passed();
  expect(told).toEqual([['whenReady', { pid: process.pid, addresses: ADDRESSES, workers: 2 }]]);
});

test('another number of workers is told, and no number twice', () => {
  occasions.passed();
  wanted = 3;
  occasions.passed();
  occasions.passed();
  expect(told).toEqual([['onWorkerCountChange', { before: 2, now: 3 }]]);
});

test('an exit is told with what the worker was at', () => {
  const exit = { code: null, signal: 'SIGKILL' } as const;
  const worker = { slot: 1, pid: 7, exit, inFlight: 2, served: 9, forkedAtMs: 1000.4 };
  occasions.workerDied(worker as unknown as Parameters<Occasions['workerDied']>[0], 'crashed');
  const facts = { slot: 1, pid: 7, code: null, signal: 'SIGKILL', reason: 'crashed' };
  const figures = { inFlight: 2, served: 9, uptimeMs: 4000, isServerStopping: false };
  expect(told).toEqual([['onWorkerExit', { ...facts, ...figures }]]);
});

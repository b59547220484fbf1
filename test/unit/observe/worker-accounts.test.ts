import { expect, test } from 'vitest';
import type { ProcessFigures } from '../../../src/link/process/control.js';
import { WorkerAccounts } from '../../../src/observe/worker-accounts.js';

const figures = (cpuUserSeconds: number, rssBytes = 100): ProcessFigures => ({
  rssBytes,
  heapUsedBytes: rssBytes / 2,
  externalBytes: rssBytes / 4,
  cpuUserSeconds,
  cpuSystemSeconds: cpuUserSeconds / 2,
});

test('CPU time does not fall over the workers of a slot', () => {
  const accounts = new WorkerAccounts();
  const seen: (number | undefined)[] = [];
  const look = () => seen.push(accounts.figures()[0]?.cpu.userSeconds);

  const first = accounts.open(0);
  look();
  first.record(figures(3));
  look();
  first.close();
  look();
  const second = accounts.open(0);
  look();
  second.record(figures(1));
  look();
  second.close();
  look();

  expect(seen).toEqual([0, 3, 3, 3, 4, 4]);
  expect(accounts.figures()[0]?.cpu.systemSeconds).toBe(2);
});

test('a message that arrives after the end of its worker counts nothing', () => {
  const accounts = new WorkerAccounts();
  const account = accounts.open(0);
  account.record(figures(3));
  account.close();
  account.record(figures(5));
  account.close();
  expect(accounts.figures()).toEqual([
    { slot: 0, cpu: { userSeconds: 3, systemSeconds: 1.5 }, memory: undefined },
  ]);
});

test('two workers in one slot are added up, and each leaves with its own', () => {
  const accounts = new WorkerAccounts();
  const old = accounts.open(1);
  old.record(figures(10, 100));
  const young = accounts.open(1);
  young.record(figures(1, 40));
  expect(accounts.figures()[0]).toEqual({
    slot: 1,
    cpu: { userSeconds: 11, systemSeconds: 5.5 },
    memory: { rssBytes: 140, heapUsedBytes: 70, externalBytes: 35 },
  });
  old.close();
  expect(accounts.figures()[0]?.cpu.userSeconds).toBe(11);
  expect(accounts.figures()[0]?.memory?.rssBytes).toBe(40);
});

test('slots are kept apart', () => {
  const accounts = new WorkerAccounts();
  accounts.open(0).record(figures(1));
  accounts.open(1).record(figures(2));
  expect(accounts.figures().map(({ slot, cpu }) => [slot, cpu.userSeconds])).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { WorkerHandle } from '../../../../src/master/workers/worker-handle.js';
import { BOOT, FakeWorker, NO_REPLIES, NOTHING } from '../fake-worker.js';

let worker: FakeWorker;
let handle: WorkerHandle;
let events: string[];

beforeEach(() => {
  worker = new FakeWorker();
  events = [];
  const note = (name: string) => (of: WorkerHandle, detail?: unknown) =>
    events.push(`${name} ${of.state}${detail === undefined ? '' : ` ${JSON.stringify(detail)}`}`);
  handle = new WorkerHandle(
    worker.asWorker,
    { number: 3, holding: NOTHING },
    { nowMs: 1000, bootTimeoutMs: 500 },
    () => NO_REPLIES,
    {
      awake: () => BOOT,
      ready: note('ready'),
      heard: () => {},
      askedToRetire: note('retire'),
      unreachable: note('unreachable'),
      died: note('died'),
    },
  );
});

test('boots until its deadline', () => {
  expect(handle).toMatchObject({ slot: 3, state: 'booting', forkedAtMs: 1000, deadlineMs: 1500 });
  expect(handle.pid).toBe(worker.process.pid);
  expect(handle.inFlight).toBe(0);
});

test('tells a worker that listens what to boot', () => {
  expect(worker.told).toEqual([]);
  worker.tells({ type: 'awake' });
  expect(worker.told).toEqual([BOOT]);
});

test('passes on what its worker tells', () => {
  worker.tells({ type: 'failed', exitCode: 10, reason: 'no' });
  worker.tells({ type: 'retireMe', signal: 'SIGTERM' });
  worker.isReady();
  expect(handle.failure).toMatchObject({ exitCode: 10, reason: 'no' });
  expect(events).toEqual(['retire booting "SIGTERM"', 'ready booting']);
});

test('does not listen to what a model says over the same channel', () => {
  for (const message of [null, 'ready', 7, {}, { type: 'ready' }, { type: 'figures' }]) {
    worker.sends(message);
  }
  expect(events).toEqual([]);
  expect(handle.models).toEqual([]);
});

describe('death', () => {
  test('is the exit and the end of the stream, in either order, and once', () => {
    worker.exits(1);
    expect(events).toEqual(['unreachable booting']);
    worker.endsStream();
    worker.endsStream();
    expect(events).toEqual(['unreachable booting', 'died booting {"code":1,"signal":null}']);
    expect(handle.state).toBe('dead');
  });

  test('with the stream first', () => {
    worker.endsStream();
    expect(events).toEqual(['unreachable booting']);
    worker.exits(null, 'SIGKILL');
    expect(events).toEqual([
      'unreachable booting',
      'died booting {"code":null,"signal":"SIGKILL"}',
    ]);
    expect(handle.brokeItsStream).toBe(false);
  });
});

describe('with time', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  test('a stream that somebody else holds open does not keep the dead alive', () => {
    worker.exits(0);
    vi.advanceTimersByTime(999);
    expect(worker.process.stream.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(worker.process.stream.destroyed).toBe(true);
  });

  test('a process that closed its stream is killed: it can never be reached again', () => {
    worker.endsStream();
    vi.advanceTimersByTime(1000);
    expect(worker.wasKilled).toBe(true);
    expect(handle.killReason).toBe('closed its stream');
    expect(handle).toMatchObject({ brokeItsStream: true, wasEndedByMaster: false });
  });

  test('a stream that ends by a kill of the master was not broken by its worker', () => {
    handle.kill('overran');
    worker.endsStream();
    vi.advanceTimersByTime(1000);
    expect(handle).toMatchObject({ brokeItsStream: false, wasEndedByMaster: true });
  });

  test('one that was told to leave closes its stream in order', () => {
    handle.leave(9000);
    worker.endsStream();
    vi.advanceTimersByTime(1000);
    expect(worker.wasKilled).toBe(false);
  });
});

test('leaving has a deadline of its own', () => {
  handle.leave(9000);
  expect(handle).toMatchObject({ state: 'leaving', deadlineMs: 9000, wasEndedByMaster: true });
  expect(worker.told).toEqual([{ type: 'leave' }]);
});

test('of several kills the first reason stays, and the dead are not killed', () => {
  handle.kill('first');
  handle.kill('second');
  expect(handle).toMatchObject({ killReason: 'first', wasEndedByMaster: true });
  worker.dies(null, 'SIGKILL');
  const { length } = worker.process.signals;
  handle.kill('third');
  expect(worker.process.signals).toHaveLength(length);
});

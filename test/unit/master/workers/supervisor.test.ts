// What the supervisor decides, in virtual time, over workers that are no processes.
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Generation } from '../../../../src/master/workers/generation.js';
import { Supervisor } from '../../../../src/master/workers/supervisor.js';
import type { WorkerHandle } from '../../../../src/master/workers/worker-handle.js';
import { configuration } from '../../config/inputs.js';
import { capturedLog, type LogLine } from '../captured-log.js';
import { BOOT, FakeWorker, NO_REPLIES } from '../fake-worker.js';
import { generationOf, planOf } from '../generations-of-test.js';

const forked = vi.hoisted(() => ({ fork: (): unknown => undefined }));
vi.mock('node:cluster', () => ({
  default: { setupPrimary: () => {}, fork: () => forked.fork() },
}));

const SECOND = 1000;
const { settings } = configuration({ argv: ['models', '--workers', '2'] });
const nothing = (): void => {};

let workers: FakeWorker[];
let supervisor: Supervisor;
let nowMs: number;
let waiting: number;
let isServing: boolean;
let happened: string[];
let lines: () => LogLine[];
let first: Generation;
let passed: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  workers = [];
  forked.fork = () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  nowMs = 0;
  waiting = 0;
  isServing = true;
  happened = [];
  const captured = capturedLog();
  lines = captured.lines;
  first = generationOf(1, [planOf('a')]);
  passed = nothing;
  supervisor = new Supervisor(
    settings,
    first,
    {
      boot: ({ slot, holding }) => ({ ...BOOT, slot, models: holding.plans }),
      replies: () => NO_REPLIES,
      workerForked: nothing,
      workerReady: (worker) => happened.push(`ready ${worker.slot}`),
      workerDraining: (worker) => happened.push(`draining ${worker.slot}`),
      workerDied: (worker, death, reason) =>
        happened.push(`died ${worker.slot} ${death} ${reason}`),
      waitingRequests: () => waiting,
      isServing: () => isServing,
      passed: () => passed(),
      startFailed: ({ exitCode, slot, reason }) =>
        happened.push(`fatal ${exitCode} worker ${slot} could not boot: ${reason}`),
      fatal: ({ exitCode, message }) => happened.push(`fatal ${exitCode} ${message}`),
    },
    captured.log,
    () => nowMs,
  );
  supervisor.start();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function worker(index: number): FakeWorker {
  const found = workers[index];
  if (found === undefined) throw new Error(`${workers.length} workers were forked`);
  return found;
}

/** Time goes on, and the supervisor looks again. */
function pass(ms: number): void {
  nowMs += ms;
  vi.advanceTimersByTime(ms);
  supervisor.tick();
}

function allReady(): void {
  for (const each of workers) each.isReady();
  happened.length = 0;
}

function states(): string[][] {
  return supervisor.slots.map((slot) => Array.from(slot.workers, ({ state }) => state));
}

function handleOf(index: number): WorkerHandle {
  const { pid } = worker(index).process;
  const found = supervisor.workers.find((handle) => handle.pid === pid);
  if (found === undefined) throw new Error(`worker ${index} is gone`);
  return found;
}

/** Its requests, as far as the supervisor asks for them. */
function give(index: number, inFlight: number): void {
  handleOf(index).load = { inFlight } as WorkerHandle['load'];
}

function fatal(): string | undefined {
  return happened.find((what) => what.startsWith('fatal'));
}

describe('the start', () => {
  test('boots one worker in each slot, when it listens', () => {
    expect(states()).toEqual([['booting'], ['booting']]);
    expect(workers.flatMap(({ told }) => told)).toEqual([]);
    for (const each of workers) each.tells({ type: 'awake' });
    expect(workers.map(({ told }) => told[0])).toMatchObject([{ slot: 0 }, { slot: 1 }]);
    worker(1).isReady();
    expect(happened).toEqual(['ready 1']);
    expect(supervisor.readyWorkers).toHaveLength(1);
  });

  test('fails with the first worker’s own reason', () => {
    worker(0).tells({ type: 'failed', exitCode: 11, reason: 'no such file' });
    worker(0).dies(11);
    expect(happened).toEqual([
      'draining 0',
      'died 0 self-inflicted boot_failed',
      'fatal 11 worker 0 could not boot: no such file',
    ]);
  });

  test('fails when a worker dies without a word, and says how', () => {
    worker(0).dies(null, 'SIGSEGV');
    expect(happened.at(-1)).toBe(
      'fatal 10 worker 0 could not boot: it died by SIGSEGV before it was ready',
    );
  });

  test('forgives three kills from outside', () => {
    for (let kill = 0; kill < 3; kill += 1) {
      worker(workers.length - 1).dies(null, 'SIGKILL');
      pass(10 * SECOND);
    }
    expect(happened.filter((what) => what.startsWith('fatal'))).toEqual([]);
    worker(workers.length - 1).dies(null, 'SIGKILL');
    expect(happened.at(-1)).toMatch(/^fatal 10 /);
  });

  test('fails at the boot timeout', () => {
    pass(settings.bootTimeout);
    expect(worker(0).wasKilled).toBe(true);
    worker(0).dies(null, 'SIGKILL');
    expect(happened.at(-1)).toContain('not ready after the boot timeout of 120 s');
  });
});

describe('a worker that died', () => {
  beforeEach(allReady);

  test('with work is replaced at once', () => {
    give(0, 1);
    worker(0).dies(null, 'SIGSEGV');
    pass(0);
    expect(happened).toEqual(['draining 0', 'died 0 self-inflicted crashed']);
    expect(states()).toEqual([['booting'], ['ready']]);
    expect(lines().at(-2)).toMatchObject({
      msg: 'worker died',
      slot: 0,
      inFlight: 1,
      nextTryMs: 0,
    });
  });

  test('by the master is replaced at once', () => {
    handleOf(0).kill('its request passed the execution timeout');
    worker(0).dies(null, 'SIGKILL');
    pass(0);
    expect(states()).toEqual([['booting'], ['ready']]);
  });

  test('idle backs off, longer each time', () => {
    for (const backoffMs of [250, 500, 1000]) {
      const forks = workers.length;
      const index = forks === 2 ? 0 : forks - 1;
      worker(index).dies(1);
      pass(backoffMs - 1);
      expect(workers).toHaveLength(forks);
      pass(1);
      expect(workers).toHaveLength(forks + 1);
      worker(forks).isReady();
    }
  });

  test('leaves the other slots alone', () => {
    worker(0).dies(1);
    expect(states()).toEqual([[], ['ready']]);
    expect(worker(1)).toMatchObject({ told: [], wasKilled: false });
  });

  test('is tried again early when nobody serves and somebody waits', () => {
    for (const slot of supervisor.slots) slot.failures = 6;
    for (const each of [...workers]) each.dies(1);
    pass(settings.restartBackoff);
    expect(states()).toEqual([[], []]);
    waiting = 1;
    pass(0);
    pass(settings.restartBackoff);
    expect(states().flat()).toEqual(['booting']);
  });

  test('ends the server when no worker has been ready for the whole window', () => {
    while (fatal() === undefined && nowMs < 2 * settings.giveUpAfter) {
      const here = supervisor.workers.map(({ pid }) => pid);
      for (const each of workers) if (here.includes(each.process.pid)) each.dies(1);
      pass(SECOND);
    }
    expect(fatal()).toMatch(
      /^fatal 12 giving up: no worker has been ready for \d+ s; the last one: it exited with code 1 before it was ready$/,
    );
    expect(nowMs).toBeGreaterThan(settings.giveUpAfter);
  });

  test('after hours of service does not end it: the window begins when nobody is ready', () => {
    pass(3600 * SECOND);
    worker(0).dies(1);
    worker(1).dies(1);
    expect(fatal()).toBeUndefined();
    pass(settings.restartBackoff);
    expect(workers).toHaveLength(4);
  });
});

describe('a worker that gets no process', () => {
  const THROWN = 'spawn ENOMEM';

  function systemHasNone(): void {
    forked.fork = () => {
      throw new Error(THROWN);
    };
  }

  /** Its stream closes a moment after it has said why. */
  function streamClosed(): Promise<void> {
    return new Promise((resolve) => process.nextTick(resolve));
  }

  test('ends nobody else: its slot tries again after the backoff', async () => {
    allReady();
    const { fork } = forked;
    systemHasNone();
    worker(0).dies(1);
    pass(settings.restartBackoff);
    pass(1);
    await streamClosed();
    expect(states()).toEqual([[], ['ready']]);
    expect(lines().at(-1)).toMatchObject({
      msg: 'worker died',
      reason: `no process could be started for it: ${THROWN}`,
    });
    expect(fatal()).toBeUndefined();
    forked.fork = fork;
    pass(settings.restartBackoffMax);
    worker(2).isReady();
    expect(states()).toEqual([['ready'], ['ready']]);
  });

  test('is told by Node in a moment: a child without a pid', async () => {
    allReady();
    const child = Object.assign(new EventEmitter(), { process: {} });
    forked.fork = () => child;
    worker(0).dies(1);
    pass(settings.restartBackoff);
    expect(states()).toEqual([['booting'], ['ready']]);
    child.emit('error', new Error('spawn EAGAIN'));
    await streamClosed();
    expect(states()).toEqual([[], ['ready']]);
    expect(lines().at(-1)?.reason).toMatch(/spawn EAGAIN$/);
  });

  test('is a move that failed', async () => {
    allReady();
    systemHasNone();
    const [slot] = supervisor.slots;
    if (slot === undefined) throw new Error('no slot');
    supervisor.move(slot, { ...slot.holding, key: 'next' });
    pass(0);
    pass(1);
    await streamClosed();
    expect(slot.move).toMatchObject({
      state: 'failed',
      failure: { reason: expect.stringContaining(THROWN) },
    });
    expect(supervisor.readyWorkers).toHaveLength(2);
  });
});

describe('a worker that drains', () => {
  /** Worker 0 drains, with one request that may run for so long. */
  function drainWith(timeoutMs: number, hasBegun = false): void {
    allReady();
    const requests = [{ timeoutMs, hasBegun }];
    handleOf(0).load = { inFlight: 1, requests, running: requests[0] } as never;
    supervisor.retire(handleOf(0));
    worker(2).isReady();
    expect(states()[0]).toEqual(['draining', 'ready']);
  }

  test.each([
    ['a run that has a limit of its own', 60_000, false, false],
    ['a run without a limit', Number.POSITIVE_INFINITY, false, true],
    ['a stream', 60_000, true, true],
  ])('%s after the graceful timeout', (_what, timeoutMs, hasBegun, isKilled) => {
    drainWith(timeoutMs, hasBegun);
    const draining = handleOf(0);
    pass(settings.gracefulTimeout - 1);
    expect(draining.killReason).toBeUndefined();
    pass(1);
    expect(draining.killReason !== undefined).toBe(isKilled);
  });

  test('has the graceful timeout that holds when it begins to drain', () => {
    const before = settings.gracefulTimeout;
    Object.assign(settings, { gracefulTimeout: 700 });
    drainWith(Number.POSITIVE_INFINITY);
    Object.assign(settings, { gracefulTimeout: before });
    const draining = handleOf(0);
    pass(700);
    expect(draining.killReason).toContain('did not end within the graceful timeout');
  });
});

describe('a worker that is signalled', () => {
  beforeEach(allReady);

  test('serves until its successor is ready, drains, and leaves when it has nothing more', () => {
    worker(0).tells({ type: 'retireMe', signal: 'SIGTERM' });
    pass(100);
    expect(states()[0]).toEqual(['retiring', 'booting']);
    expect(supervisor.readyWorkers).toHaveLength(2);
    give(0, 1);
    worker(2).isReady();
    expect(states()[0]).toEqual(['draining', 'ready']);
    expect(happened).toEqual(['ready 0', 'draining 0']);
    pass(SECOND);
    expect(worker(0).wasToldToLeave).toBe(false);
    give(0, 0);
    pass(0);
    expect(worker(0).wasToldToLeave).toBe(true);
    worker(0).dies(0);
    expect(happened.at(-1)).toBe('died 0 ours retired');
    expect(states()).toEqual([['ready'], ['ready']]);
  });

  test('stays when the whole server was signalled', () => {
    worker(0).tells({ type: 'retireMe', signal: 'SIGTERM' });
    isServing = false;
    pass(SECOND);
    expect(states()[0]).toEqual(['ready']);
  });

  test('is killed when it does not leave', () => {
    worker(0).tells({ type: 'retireMe', signal: 'SIGTERM' });
    pass(100);
    worker(2).isReady();
    pass(0);
    pass(5 * SECOND);
    expect(worker(0).wasKilled).toBe(true);
    worker(0).dies(null, 'SIGKILL');
    expect(happened.at(-1)).toBe('died 0 ours retired');
  });
});

describe('stopping', () => {
  test('asks the ready to leave, kills the booting, and is over when all are gone', async () => {
    worker(0).isReady();
    let isOver = false;
    const stopped = supervisor.stop().then(() => {
      isOver = true;
    });
    expect(worker(0).wasToldToLeave).toBe(true);
    expect(worker(1).wasKilled).toBe(true);
    worker(1).dies(null, 'SIGKILL');
    await Promise.resolve();
    expect(isOver).toBe(false);
    worker(0).dies(0);
    await stopped;
    pass(60 * SECOND);
    expect(workers).toHaveLength(2);
  });

  test('kills at once when told to, and nothing is an error', async () => {
    allReady();
    const stopped = supervisor.killAll('the server stops');
    for (const each of workers) each.dies(null, 'SIGKILL');
    await stopped;
    expect(lines().filter(({ level }) => level === 'error')).toEqual([]);
    expect(happened.filter((what) => what.startsWith('fatal'))).toEqual([]);
  });

  test('is over at once when nobody is there', async () => {
    allReady();
    for (const each of workers) each.dies(1);
    await supervisor.stop();
  });
});

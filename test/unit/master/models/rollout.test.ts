// A rollout over a real supervisor, in virtual time, with workers that are no processes.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { Catalog } from '../../../../src/master/models/catalog.js';
import { Generations, RolloutError } from '../../../../src/master/models/generations.js';
import { nextToMove } from '../../../../src/master/models/rollout.js';
import type { Generation } from '../../../../src/master/workers/generation.js';
import { Supervisor } from '../../../../src/master/workers/supervisor.js';
import type { WorkerHandle } from '../../../../src/master/workers/worker-handle.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { plannedModels } from '../../../../src/model/repository/plan.js';
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
const A1 = planOf('a', '1');
const A2 = planOf('a', '2');
const B = planOf('b');

let workers: FakeWorker[];
let supervisor: Supervisor;
let generations: Generations;
let catalog: Catalog;
let nowMs: number;
let happened: string[];
let waiting: number;
let lines: () => LogLine[];

function setUp(first: Generation, isStarted = true): void {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  workers = [];
  forked.fork = () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  nowMs = 0;
  happened = [];
  waiting = 0;
  const captured = capturedLog();
  lines = captured.lines;
  catalog = new Catalog(first, '/models');
  generations = new Generations(first, {
    catalog,
    log: captured.log,
    slots: 2,
    settings,
    now: () => nowMs,
    supervisor: () => supervisor,
    rolloutEnded: (outcome) => happened.push(`rollout ${outcome}`),
  });
  supervisor = new Supervisor(
    settings,
    generations.current,
    {
      boot: ({ slot, holding }) => ({ ...BOOT, slot, models: holding.plans }),
      replies: () => NO_REPLIES,
      workerForked: (worker) => catalog.workerForked(worker),
      workerReady: (worker) => catalog.workerReady(worker),
      workerDraining: nothing,
      workerDied: (worker, _death, reason) => {
        catalog.workerGone(worker);
        happened.push(`${worker.slot} ${reason}`);
      },
      waitingRequests: () => waiting,
      isServing: () => true,
      passed: () => generations.step(),
      startFailed: ({ reason, exitCode }) => happened.push(`fatal ${exitCode} ${reason}`),
      fatal: ({ message }) => happened.push(`fatal ${message}`),
    },
    captured.log,
    () => nowMs,
  );
  if (isStarted) supervisor.start();
}

beforeEach(() => {
  setUp(generationOf(1, [A1]));
  for (const index of workers.keys()) ready(index);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What a rollout has come to. */
type Outcome = { state: 'under way' | 'done' } | { state: 'failed'; error: Error };

function roll(
  plans: readonly ModelPlan[],
  names: readonly string[] = [],
  count?: number,
): { outcome: Outcome } {
  const wanted = { models: plans, defaultModel: 'a', fingerprints: new Map<string, string>() };
  const record: { outcome: Outcome } = { outcome: { state: 'under way' } };
  generations.roll(wanted, new Set(names), count).then(
    () => {
      record.outcome = { state: 'done' };
    },
    (error: Error) => {
      record.outcome = { state: 'failed', error };
    },
  );
  return record;
}

async function pass(ms = 0): Promise<void> {
  nowMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
  supervisor.tick();
  await vi.advanceTimersByTimeAsync(0);
}

function worker(index: number): FakeWorker {
  const found = workers[index];
  if (found === undefined) throw new Error(`${workers.length} workers were forked`);
  return found;
}

/** `state versions`, for each worker of each slot. */
function slots(): string[][] {
  return supervisor.slots.map((slot) =>
    Array.from(slot.workers, ({ state, holding }) => {
      const held = holding.plans.map(({ name, version }) => name + version);
      return [state, ...held].join(' ');
    }),
  );
}

function handleOf(index: number): WorkerHandle {
  const { pid } = worker(index).process;
  const found = supervisor.workers.find((handle) => handle.pid === pid);
  if (found === undefined) throw new Error(`worker ${index} is gone`);
  return found;
}

async function dies(index: number, code: number | null, signal: string | null = null) {
  worker(index).dies(code, signal);
  await pass();
}

/** It has loaded what it was told to. */
function ready(index: number): void {
  const { plans: models, defaultModel } = handleOf(index).holding;
  worker(index).isReady(plannedModels({ models, defaultModel }));
}

async function becomesReady(index: number): Promise<void> {
  ready(index);
  await pass();
}

function messages(): string[] {
  return lines()
    .map(({ msg }) => msg)
    .filter((msg) => msg.includes('rollout') || msg === 'worker replaced');
}

describe('a rollout', () => {
  test('replaces one worker after the other, each by one that is ready', async () => {
    const rollout = roll([A2]);
    expect(slots()).toEqual([['retiring a1', 'booting a2'], ['ready a1']]);
    await becomesReady(2);
    expect(slots()).toEqual([['leaving a1', 'ready a2'], ['ready a1']]);
    await dies(0, 0);
    expect(slots()).toEqual([['ready a2'], ['retiring a1', 'booting a2']]);
    await becomesReady(3);
    expect(rollout.outcome.state).toBe('under way');
    await dies(1, 0);
    expect(slots()).toEqual([['ready a2'], ['ready a2']]);
    expect(rollout.outcome).toEqual({ state: 'done' });
    expect(generations.current).toMatchObject({ number: 2, models: [A2] });
    expect(happened).toEqual(['0 replaced', '1 replaced', 'rollout done']);
    expect(messages()).toEqual([
      'rollout started',
      'worker replaced',
      'worker replaced',
      'rollout done',
    ]);
  });

  test('waits for what the old worker has in flight, and cuts only streams short', async () => {
    roll([A2]);
    const request = { hasBegun: false };
    handleOf(0).load = { inFlight: 1, requests: [request] } as unknown as WorkerHandle['load'];
    await becomesReady(2);
    await pass(2 * settings.gracefulTimeout);
    expect(slots()[0]).toEqual(['draining a1', 'ready a2']);
    expect(worker(0).wasKilled).toBe(false);
    request.hasBegun = true;
    await pass();
    expect(worker(0).wasKilled).toBe(true);
  });

  test('does not touch slots for which nothing changes', async () => {
    const one = planOf('one', '1', { workers: 1 });
    setUp(generationOf(1, [A1, one]));
    for (const index of workers.keys()) ready(index);
    const holder = generations.current.placement.get('one')?.[0] ?? 0;
    const rollout = roll([A1]);
    expect(slots()[1 - holder]).toEqual(['ready a1']);
    await becomesReady(2);
    await dies(holder, 0);
    expect(rollout.outcome).toEqual({ state: 'done' });
    expect(workers).toHaveLength(3);
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
  });

  test('to what is held already is over at once', async () => {
    const rollout = roll([A1], ['a']);
    await pass();
    expect(rollout.outcome).toEqual({ state: 'done' });
    expect(workers).toHaveLength(2);
  });

  test('to what is held, but not there, tries again at once and waits for it', async () => {
    for (let failures = 0; failures < 3; failures += 1) {
      await dies(workers.length === 2 ? 0 : workers.length - 1, 1);
      await pass(SECOND * 2 ** failures);
    }
    await dies(workers.length - 1, 1);
    expect(slots()[0]).toEqual([]);
    const rollout = roll([A1], ['a']);
    expect(slots()[0]).toEqual(['booting a1']);
    await becomesReady(workers.length - 1);
    expect(rollout.outcome).toEqual({ state: 'done' });
  });

  test('fills a slot that was in backoff with what is new', async () => {
    await dies(0, 1);
    expect(slots()[0]).toEqual([]);
    roll([A2]);
    expect(slots()[0]).toEqual(['booting a2']);
  });

  test('dismisses a worker that still boots with the old', async () => {
    await dies(0, 1);
    await pass(SECOND);
    expect(slots()[0]).toEqual(['booting a1']);
    const rollout = roll([A2]);
    expect(worker(2).wasKilled).toBe(true);
    await dies(2, null, 'SIGKILL');
    expect(slots()[0]).toEqual(['booting a2']);
    expect(happened).toContain('0 replaced');
    await becomesReady(3);
    expect(rollout.outcome.state).toBe('under way');
    expect(slots()).toEqual([['ready a2'], ['retiring a1', 'booting a2']]);
  });
});

describe('a successor that does not become ready', () => {
  async function failure(how: () => Promise<void>): Promise<Error> {
    const rollout = roll([A2]);
    await how();
    if (rollout.outcome.state !== 'failed') throw new Error(rollout.outcome.state);
    return rollout.outcome.error;
  }

  const ways = {
    'says why': async () => {
      worker(2).tells({ type: 'loading', name: 'a', version: '2' });
      worker(2).tells({ type: 'failed', exitCode: 11, reason: 'not a model' });
      await dies(2, 11);
    },
    'dies while it loads': async () => {
      worker(2).tells({ type: 'loading', name: 'a', version: '2' });
      await dies(2, null, 'SIGSEGV');
    },
    'is killed again and again': async () => {
      for (const index of [2, 3, 4, 5]) {
        worker(index).tells({ type: 'loading', name: 'a', version: '2' });
        await dies(index, null, 'SIGKILL');
      }
    },
    'takes too long': async () => {
      worker(2).tells({ type: 'loading', name: 'a', version: '2' });
      await pass(settings.bootTimeout);
      await dies(2, null, 'SIGKILL');
    },
  };

  test.each([
    ['says why', 'not a model'],
    ['dies while it loads', 'it died by SIGSEGV while it loaded model "a" version 2'],
    ['is killed again and again', 'it died by SIGKILL while it loaded model "a" version 2'],
    [
      'takes too long',
      'not ready after the boot timeout of 120 s, while it loaded model "a" version 2',
    ],
  ] as const)('%s: the rollout fails with the reason and the model', async (way, reason) => {
    const error = await failure(ways[way]);
    expect(error).toBeInstanceOf(RolloutError);
    expect(error.message).toBe(reason);
    expect(error).toMatchObject({ failure: { slot: 0, model: { name: 'a', version: '2' } } });
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
    expect(generations.current.number).toBe(1);
    expect(happened.at(-1)).toBe('rollout failed');
    expect(new Set(happened)).toEqual(new Set(['0 boot_failed', 'rollout failed']));
    expect(supervisor.slots[0]).toMatchObject({ failures: 0, move: undefined });
    expect(lines().at(-1)).toMatchObject({ msg: 'rollout failed', model: 'a', version: '2' });
  });

  test('never ends the server, however often', async () => {
    for (let tries = 0; tries < 8; tries += 1) {
      roll([A2]);
      await pass(20 * SECOND);
      await dies(workers.length - 1, 1);
    }
    expect(happened.filter((what) => what.startsWith('fatal'))).toEqual([]);
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
  });

  test('in the second slot: the first goes back to what it held', async () => {
    const rollout = roll([A2]);
    await becomesReady(2);
    await dies(0, 0);
    await dies(3, 1);
    expect(slots()).toEqual([['retiring a2', 'booting a1'], ['ready a1']]);
    expect(rollout.outcome.state).toBe('under way');
    await becomesReady(4);
    await dies(2, 0);
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
    expect(rollout.outcome).toMatchObject({ state: 'failed' });
    expect(generations.current.number).toBe(1);
  });

  test('and nor does the one of before: who serves what failed leaves all the same', async () => {
    const rollout = roll([A2]);
    await becomesReady(2);
    await dies(0, 0);
    await dies(3, 1);
    await dies(4, 1);
    expect(slots()).toEqual([['leaving a2', 'booting a1'], ['ready a1']]);
    expect(rollout.outcome).toMatchObject({ state: 'failed' });
    expect(messages()).toContain('rollout failed');
    expect(lines().map(({ msg }) => msg)).toContain(
      'slot could not go back to the generation of before',
    );
  });

  test('but once it was ready, its death is like any other', async () => {
    const rollout = roll([A2]);
    await becomesReady(2);
    await dies(2, 1);
    await dies(0, 0);
    expect(slots()[0]).toEqual([]);
    expect(slots()[1]).toEqual(['retiring a1', 'booting a2']);
    expect(supervisor.slots[0]?.failures).toBe(1);
    await becomesReady(3);
    await dies(1, 0);
    expect(rollout.outcome).toEqual({ state: 'done' });
  });
});

describe('a worker that dies during a rollout', () => {
  test('of a slot not yet moved is replaced by its like', async () => {
    roll([A2]);
    handleOf(1).load = { inFlight: 1 } as WorkerHandle['load'];
    await dies(1, null, 'SIGSEGV');
    expect(slots()[1]).toEqual(['booting a1']);
  });

  test('of a slot that was moved is replaced by what is new', async () => {
    roll([A2]);
    await becomesReady(2);
    await dies(0, 0);
    handleOf(2).load = { inFlight: 1 } as WorkerHandle['load'];
    await dies(2, null, 'SIGSEGV');
    expect(slots()[0]).toEqual(['booting a2']);
  });

  test('while its successor boots needs no other', async () => {
    const rollout = roll([A2]);
    handleOf(0).load = { inFlight: 1 } as WorkerHandle['load'];
    await dies(0, null, 'SIGSEGV');
    expect(slots()[0]).toEqual(['booting a2']);
    await dies(2, 1);
    expect(slots()[0]).toEqual(['booting a1']);
    expect(rollout.outcome).toMatchObject({ state: 'failed' });
  });
});

describe('a rollout to more slots', () => {
  test('boots all the new ones at once and touches nobody else', async () => {
    const rollout = roll([A1], ['a'], 4);
    expect(slots()).toEqual([['ready a1'], ['ready a1'], ['booting a1'], ['booting a1']]);
    expect(generations.wantedWorkers).toBe(4);
    await becomesReady(3);
    expect(rollout.outcome.state).toBe('under way');
    await becomesReady(2);
    expect(rollout.outcome).toEqual({ state: 'done' });
    expect(generations.current.slots).toBe(4);
    expect(happened).toEqual(['rollout done']);
  });

  test('changes what the others hold only when they are ready', async () => {
    const rollout = roll([A2], [], 3);
    expect(slots()).toEqual([['ready a1'], ['ready a1'], ['booting a2']]);
    await becomesReady(2);
    expect(slots()[0]).toEqual(['retiring a1', 'booting a2']);
    await becomesReady(3);
    await dies(0, 0);
    await becomesReady(4);
    await dies(1, 0);
    expect(rollout.outcome).toEqual({ state: 'done' });
    expect(slots()).toEqual([['ready a2'], ['ready a2'], ['ready a2']]);
  });

  test('goes back to the number of before when one cannot boot', async () => {
    const rollout = roll([A1], ['a'], 5);
    await becomesReady(2);
    worker(3).tells({ type: 'failed', exitCode: 10, reason: 'no memory' });
    await dies(3, 10);
    expect(slots()).toEqual([['ready a1'], ['ready a1'], ['leaving a1'], ['booting a1']]);
    expect(generations.wantedWorkers).toBe(2);
    expect(worker(4).wasKilled).toBe(true);
    await dies(4, null, 'SIGKILL');
    expect(rollout.outcome.state).toBe('under way');
    await dies(2, 0);
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
    expect(rollout.outcome).toMatchObject({ state: 'failed', error: { message: 'no memory' } });
    expect(generations.current.slots).toBe(2);
    expect(happened).toEqual(['3 boot_failed', '4 replaced', '2 scaled_down', 'rollout failed']);
    expect(lines().map(({ msg }) => msg)).not.toContain('worker replaced');
  });

  test('is given up by a stop: those that boot go', async () => {
    const rollout = roll([A1], [], 3);
    generations.abandon(new RequestError('DRAINING', 'the server is stopping'));
    await pass();
    expect(worker(2).wasKilled).toBe(true);
    await dies(2, null, 'SIGKILL');
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
    expect(rollout.outcome).toMatchObject({ state: 'failed', error: { code: 'DRAINING' } });
  });
});

describe('a rollout to fewer slots', () => {
  test('drains the highest and is over when they are gone', async () => {
    const request = { hasBegun: false };
    handleOf(1).load = { inFlight: 1, requests: [request] } as unknown as WorkerHandle['load'];
    const rollout = roll([A1], [], 1);
    expect(slots()).toEqual([['ready a1'], ['draining a1']]);
    await pass(2 * settings.gracefulTimeout);
    expect(worker(1).wasKilled).toBe(false);
    request.hasBegun = true;
    await pass();
    expect(worker(1).wasKilled).toBe(true);
    expect(rollout.outcome.state).toBe('under way');
    await dies(1, null, 'SIGKILL');
    expect(slots()).toEqual([['ready a1']]);
    expect(rollout.outcome).toEqual({ state: 'done' });
  });

  test('has a model ready elsewhere before its only slot goes', async () => {
    const one = planOf('one', '1', { workers: 1 });
    setUp(generationOf(1, [A1, one, planOf('two', '1', { workers: 1 })]));
    for (const index of workers.keys()) ready(index);
    expect(slots()).toEqual([['ready a1 one1'], ['ready a1 two1']]);
    const rollout = roll(generations.current.models, [], 1);
    expect(slots()).toEqual([['retiring a1 one1', 'booting a1 one1 two1'], ['ready a1 two1']]);
    await becomesReady(2);
    await dies(0, 0);
    expect(slots()).toEqual([['ready a1 one1 two1'], ['leaving a1 two1']]);
    await dies(1, 0);
    expect(rollout.outcome).toEqual({ state: 'done' });
  });

  test('leaves all as it was when that cannot boot', async () => {
    setUp(
      generationOf(
        1,
        ['one', 'two'].map((name) => planOf(name, '1', { workers: 1 })),
      ),
    );
    for (const index of workers.keys()) ready(index);
    const rollout = roll(generations.current.models, [], 1);
    await dies(2, 1);
    expect(slots()).toEqual([['ready one1'], ['ready two1']]);
    expect(rollout.outcome).toMatchObject({ state: 'failed' });
    expect(generations.wantedWorkers).toBe(2);
  });

  test('does not fill a slot again that goes, and does not wait for its backoff', async () => {
    await dies(1, 1);
    expect(slots()[1]).toEqual([]);
    const rollout = roll([A1], [], 1);
    expect(slots()).toEqual([['ready a1']]);
    expect(rollout.outcome.state).toBe('under way');
    await pass(60 * SECOND);
    expect(rollout.outcome).toEqual({ state: 'done' });
    expect(workers).toHaveLength(2);
  });

  test('to none: what waits is served first, but not for ever', async () => {
    waiting = 3;
    roll([A1], [], 0);
    expect(supervisor.areWorkersComing).toBe(false);
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
    await pass(settings.gracefulTimeout - 1);
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
    await pass(1);
    expect(slots()).toEqual([['leaving a1'], ['leaving a1']]);
    await dies(0, 0);
    await dies(1, 0);
    expect(generations.current.slots).toBe(0);
    expect(catalog.models).toMatchObject([{ state: 'UNAVAILABLE', reason: /scaled to 0/ }]);
  });

  test('and from none to some again, however long it was', async () => {
    roll([A1], [], 0);
    await dies(0, 0);
    await dies(1, 0);
    await pass(10 * settings.giveUpAfter);
    const rollout = roll([A1], ['a'], 1);
    await dies(2, 1);
    expect(rollout.outcome).toMatchObject({ state: 'failed' });
    expect(slots()).toEqual([]);
    const again = roll([A1], ['a'], 1);
    await becomesReady(3);
    expect(again.outcome).toEqual({ state: 'done' });
    expect(happened.filter((what) => what.startsWith('fatal'))).toEqual([]);
  });
});

test('a successor that somebody outside kills is followed by another', async () => {
  const rollout = roll([A2]);
  await dies(2, null, 'SIGKILL');
  expect(slots()[0]).toEqual(['retiring a1', 'booting a2']);
  await becomesReady(3);
  await dies(0, 0);
  await becomesReady(4);
  await dies(1, 0);
  expect(rollout.outcome).toEqual({ state: 'done' });
});

describe('a reload of everything', () => {
  const wanted = { models: [A1], defaultModel: 'a', fingerprints: new Map<string, string>() };
  const changed = { ...settings, bootTimeout: 5 * SECOND };

  test('replaces every worker though no model has changed', async () => {
    const rolled = generations.roll(wanted, new Set(), 2, { number: 1, settings: changed });
    expect(slots()).toEqual([['retiring a1', 'booting a1'], ['ready a1']]);
    await becomesReady(2);
    await dies(0, 0);
    expect(slots()).toEqual([['ready a1'], ['retiring a1', 'booting a1']]);
    await becomesReady(3);
    await dies(1, 0);
    expect(await rolled).toBe(2);
    expect(generations.current.renewal).toEqual({ number: 1, settings: changed });
  });

  test('starts new workers with new settings, and goes back to workers with the old ones', async () => {
    const rolled = generations.roll(wanted, new Set(), 2, { number: 1, settings: changed });
    const failing = expect(rolled).rejects.toThrow('boot timeout of 5 s');
    await becomesReady(2);
    await dies(0, 0);
    await pass(5 * SECOND);
    await dies(3, null, 'SIGKILL');
    await becomesReady(4);
    await dies(2, 0);
    await failing;
    expect(slots()).toEqual([['ready a1'], ['ready a1']]);
    const held = supervisor.workers.map(({ holding }) => holding.settings.bootTimeout);
    expect(held).toEqual([settings.bootTimeout, settings.bootTimeout]);
  });
});

test('a stop ends a rollout at once: what boots is given up, what serves stays', async () => {
  const rollout = roll([A2]);
  generations.abandon(new RequestError('DRAINING', 'the server is stopping'));
  await pass();
  expect(worker(2).wasKilled).toBe(true);
  expect(rollout.outcome).toMatchObject({ state: 'failed', error: { code: 'DRAINING' } });
  await dies(2, null, 'SIGKILL');
  expect(slots()).toEqual([['ready a1'], ['ready a1']]);
  expect(happened).toEqual(['rollout abandoned', '0 replaced']);
  expect(lines().filter(({ level }) => level === 'error')).toEqual([]);
});

describe('the slot to move next', () => {
  const at = (...holders: number[]): Generation => ({
    ...generationOf(1, [A1]),
    placement: new Map([['a', holders]]),
  });
  const next = (waiting: readonly number[], from: Generation, to: Generation) =>
    nextToMove(
      supervisor.slots.filter(({ number }) => waiting.includes(number)),
      from,
      to,
    )?.number;

  test('is the one that gets a model before the one that gives it up', () => {
    expect(next([0, 1], at(0), at(1))).toBe(1);
    expect(next([0], at(0), at(1))).toBe(0);
  });

  test('is the first where nobody is left without a holder, or it cannot be helped', () => {
    expect(next([0, 1], at(0, 1), at(0, 1))).toBe(0);
    expect(next([0, 1], at(0, 1), at(1))).toBe(0);
    const crossed = (a: number, b: number): Generation => ({
      ...generationOf(1, [A1, B]),
      placement: new Map([
        ['a', [a]],
        ['b', [b]],
      ]),
    });
    expect(next([0, 1], crossed(0, 1), crossed(1, 0))).toBe(0);
    expect(next([], at(0), at(1))).toBeUndefined();
  });
});

describe('the catalog', () => {
  const told = (): string[] =>
    catalog.models.map(({ name, version, state }) => `${name}${version} ${state}`);

  test('has what comes as loading, and what goes as wanted until it is gone', async () => {
    roll([A1, B]);
    expect(told()).toEqual(['a1 READY', 'b1 LOADING']);
    expect(catalog.isComing('b')).toBe(true);
    await dies(2, 1);
    expect(told()).toEqual(['a1 READY']);
    expect(catalog.isComing('b')).toBe(false);
    roll([]);
    expect(catalog.isComing('a')).toBe(true);
  });
});

describe('at the start', () => {
  test('a rollout that is asked for before the first worker was forked waits for it', async () => {
    setUp(generationOf(1, [A1]), false);
    const rollout = roll([A2], ['a']);
    await pass();
    expect(workers).toEqual([]);
    supervisor.start();
    expect(slots()).toEqual([['booting a2'], ['booting a1']]);
    await becomesReady(0);
    await pass();
    expect(worker(1).wasKilled).toBe(true);
    await dies(1, null, 'SIGKILL');
    await becomesReady(2);
    expect(rollout.outcome).toEqual({ state: 'done' });
  });

  test('a rollout is given up when a model is left out', async () => {
    setUp(generationOf(1, [A1, B]));
    const rollout = roll([A2, B], ['a']);
    worker(1).tells({ type: 'loading', name: 'b', version: '1' });
    await dies(1, 11);
    expect(happened.at(-1)).toMatch(/^fatal/);
    expect(generations.leaveOut(B)).toBe(true);
    await pass();
    expect(rollout.outcome).toMatchObject({ error: { code: 'MODEL_LOAD_FAILED' } });
    await pass(SECOND);
    await dies(0, null, 'SIGKILL');
    await pass(SECOND);
    const booting = slots().flat();
    expect(booting.filter((one) => one === 'booting a1')).toHaveLength(2);
  });

  test('a model that cannot be loaded is left out when that is asked for', async () => {
    setUp(generationOf(1, [A1, B]));
    worker(0).tells({ type: 'loading', name: 'b', version: '1' });
    worker(0).tells({ type: 'failed', exitCode: 11, reason: 'broken' });
    await dies(0, 11);
    expect(happened.at(-1)).toBe('fatal 11 broken');
    expect(generations.leaveOut(B)).toBe(true);
    await pass();
    expect(worker(1).wasKilled).toBe(true);
    await dies(1, null, 'SIGKILL');
    await pass(SECOND);
    expect(slots()).toEqual([['booting a1'], ['booting a1']]);
    expect(generations.leaveOut(A1)).toBe(false);
  });

  test('a model that nobody could load yet ends the server though others serve', async () => {
    const plans = [planOf('a', '1', { workers: 1 }), planOf('b', '1', { workers: 1 })];
    setUp(generationOf(1, plans));
    const slotOf = (name: string): number => generations.current.placement.get(name)?.[0] ?? 9;
    worker(slotOf('a')).isReady();
    worker(slotOf('b')).tells({ type: 'loading', name: 'b', version: '1' });
    await dies(slotOf('b'), 3);
    expect(happened.at(-1)).toMatch(/^fatal 10 it exited with code 3 while it loaded model "b"/);
  });
});

test('none begins when the server stops, whoever was still reading for one', async () => {
  generations.close(new RequestError('DRAINING', 'the server is stopping'));
  const { current } = generations;
  await expect(generations.roll(current, new Set())).rejects.toMatchObject({ code: 'DRAINING' });
  expect(generations.rollout).toBeUndefined();
});

import { expect, test } from 'vitest';
import { statusReport, workerCounts } from '../../../../src/master/control/status.js';
import { makeGeneration } from '../../../../src/master/workers/generation.js';
import { Slot } from '../../../../src/master/workers/slot.js';
import { WorkerHandle, type WorkerState } from '../../../../src/master/workers/worker-handle.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { plannedModels } from '../../../../src/model/repository/plan.js';
import { metricsReference } from '../../../../src/observe/metrics-reference.js';
import { ByteBudget } from '../../../../src/queue/admission/byte-budget.js';
import { Dispatcher } from '../../../../src/queue/dispatcher.js';
import { BOOT, FakeWorker, NO_REPLIES, NOTHING } from '../fake-worker.js';
import { FIRST } from '../generations-of-test.js';

const nothing = (): void => {};

function slot(number: number, ...states: WorkerState[]): Slot {
  const made = new Slot(number, NOTHING);
  for (const state of states) {
    const handle = new WorkerHandle(
      new FakeWorker().asWorker,
      { number, holding: NOTHING },
      { nowMs: 1000, bootTimeoutMs: 500 },
      () => NO_REPLIES,
      {
        awake: () => BOOT,
        ready: nothing,
        heard: () => {},
        askedToRetire: nothing,
        unreachable: nothing,
        died: nothing,
      },
    );
    handle.state = state;
    made.workers.add(handle);
  }
  return made;
}

test.each<{ slots: WorkerState[][]; counts: number[] }>([
  { slots: [], counts: [0, 0, 0, 0] },
  { slots: [['booting'], ['ready'], ['ready']], counts: [1, 2, 0, 0] },
  { slots: [[]], counts: [0, 0, 0, 1] },
  // It serves until its successor is there.
  { slots: [['retiring', 'booting']], counts: [1, 1, 0, 0] },
  { slots: [['draining', 'ready']], counts: [0, 1, 1, 0] },
  { slots: [['leaving']], counts: [0, 0, 1, 1] },
])('$slots: booting, ready, draining, backoff $counts', ({ slots, counts }) => {
  const [booting, ready, draining, backoff] = counts;
  const made = slots.map((states, number) => slot(number, ...states));
  expect(workerCounts(made)).toEqual({ booting, ready, draining, backoff });
});

test('the report says how the queue and every slot fare', () => {
  const empty = slot(1);
  empty.failures = 3;
  empty.nextTryMs = 5000.4;
  const budget = new ByteBudget(100);
  budget.add(7);
  const models: ModelPlan[] = [
    { name: 'a', version: '1', runtime: 'module', file: '/a', isLatest: true, labels: [] },
  ];
  const plan = { models, defaultModel: 'a' };
  const current = makeGeneration({ ...plan, fingerprints: new Map() }, 7, 2, FIRST);
  const [planned] = plannedModels(plan);
  if (planned === undefined) throw new Error('no model');
  const report = statusReport({
    version: '1.2.3',
    startedAtMs: 1000,
    state: 'serving',
    slots: [slot(0, 'ready'), empty],
    generations: { current, rollout: undefined, wantedWorkers: 2 },
    models: [{ ...planned, state: 'READY', reason: '' }],
    dispatcher: new Dispatcher(
      { workAheadMs: 1 },
      { send: nothing, refuse: nothing, cutOff: nothing, abort: nothing, kill: nothing },
    ),
    budget,
    queueLimit: 8,
    connections: 2,
    nowMs: 3456,
  });
  expect(report).toMatchObject({
    version: '1.2.3',
    pid: process.pid,
    state: 'serving',
    uptimeSeconds: 2.5,
    connections: 2,
    queue: { depth: 0, limit: 8, bytes: 7, bytesLimit: 100, oldestWaitMs: 0 },
    inFlight: 0,
    workersWanted: 2,
    generation: 7,
    rollout: null,
    models: [
      { name: 'a', version: '1', runtime: 'module', default: true, state: 'READY', reason: '' },
    ],
  });
  expect(report.workers).toEqual([
    {
      slot: 0,
      pid: expect.any(Number),
      state: 'ready',
      generation: 1,
      ageSeconds: 2.5,
      rssBytes: null,
      served: 0,
      inFlight: 0,
      busySinceMs: null,
      models: [],
    },
    { slot: 1, state: 'backoff', failures: 3, nextTryMs: 1544 },
  ]);
  expect(fieldsOf(report).filter((field) => !metricsReference().includes(`\`${field}\``))).toEqual(
    [],
  );
});

/** Every key in the report, at any depth: each of them must be on the page. */
function fieldsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  return Object.entries(value).flatMap(([key, inner]) => [key, ...fieldsOf(inner)]);
}

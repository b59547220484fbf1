import { describe, expect, test } from 'vitest';
import {
  limitsOf,
  mostSpent,
  type Quantities,
  type RecyclingSettings,
  type Spent,
  spentOf,
  type WorkerTraits,
} from '../../../../src/master/recycling/recycling-policy.js';

const OFF = Number.POSITIVE_INFINITY;
const NONE: RecyclingSettings = {
  maxRequests: undefined,
  maxRequestsJitter: 0,
  maxWorkerMemory: undefined,
  maxWorkerAge: undefined,
};
const NOBODY: WorkerTraits = { requestsLuck: 0, ageLuck: 0, startBytes: 0 };
const NEARLY_ONE = 1 - Number.EPSILON;

function quantities(requests: number, memory: number, age: number): Quantities {
  return { max_requests: requests, max_worker_memory: memory, max_worker_age: age };
}

describe('the limits of a worker', () => {
  test.each<[string, Partial<RecyclingSettings>, Partial<WorkerTraits>, Quantities]>([
    ['all are off by default', {}, {}, quantities(OFF, OFF, OFF)],
    ['jitter alone limits nothing', { maxRequestsJitter: 9 }, {}, quantities(OFF, OFF, OFF)],
    ['without jitter', { maxRequests: 100 }, { requestsLuck: 0.9 }, quantities(100, OFF, OFF)],
    ['least', { maxRequests: 100, maxRequestsJitter: 9 }, {}, quantities(100, OFF, OFF)],
    [
      'most',
      { maxRequests: 100, maxRequestsJitter: 9 },
      { requestsLuck: NEARLY_ONE },
      quantities(109, OFF, OFF),
    ],
    ['oldest', { maxWorkerAge: 1000 }, {}, quantities(OFF, OFF, 1000)],
    ['youngest', { maxWorkerAge: 1000 }, { ageLuck: 0.5 }, quantities(OFF, OFF, 950)],
    ['memory', { maxWorkerMemory: 500 }, { startBytes: 499 }, quantities(OFF, 500, OFF)],
    [
      'over it from the start',
      { maxWorkerMemory: 500 },
      { startBytes: 500 },
      quantities(OFF, OFF, OFF),
    ],
  ])('%s', (_name, settings, traits, expected) => {
    expect(limitsOf({ ...NONE, ...settings }, { ...NOBODY, ...traits })).toEqual(expected);
  });
});

describe('a worker is spent', () => {
  const limits = quantities(100, 500, 1000);

  test.each<[Quantities, Spent | undefined]>([
    [quantities(99, 499, 999), undefined],
    [quantities(100, 0, 0), { reason: 'max_requests', excess: 1 }],
    [quantities(0, 500, 0), { reason: 'max_worker_memory', excess: 1 }],
    [quantities(0, 0, 1500), { reason: 'max_worker_age', excess: 1.5 }],
    [quantities(100, 1000, 1500), { reason: 'max_worker_memory', excess: 2 }],
  ])('%j: %j', (use, expected) => {
    expect(spentOf(use, limits)).toEqual(expected);
  });

  test('never while all is off', () => {
    expect(spentOf(quantities(1e9, 1e12, 1e9), quantities(OFF, OFF, OFF))).toBeUndefined();
  });
});

describe('the worker to replace first', () => {
  const spent = (excess: number): Spent => ({ reason: 'max_requests', excess });

  test('is the one that is furthest over', () => {
    const found = mostSpent([undefined, spent(1.1), spent(3), spent(2)], (one) => one);
    expect(found).toMatchObject({ worker: spent(3), reason: 'max_requests' });
  });

  test('is nobody while all are under', () => {
    expect(mostSpent([undefined], () => undefined)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { Admission } from '../../../../src/queue/admission/admission.js';
import { ByteBudget } from '../../../../src/queue/admission/byte-budget.js';

describe('ByteBudget', () => {
  it('reserves up to its limit and not a byte more', () => {
    const budget = new ByteBudget(100);
    expect(budget.reserve(60)).toBe(true);
    expect(budget.reserve(41)).toBe(false);
    expect(budget.usedBytes).toBe(60);
    expect(budget.reserve(40)).toBe(true);
    expect(budget.reserve(1)).toBe(false);
    expect(budget.reserve(0)).toBe(true);
    budget.release(100);
    expect(budget.usedBytes).toBe(0);
  });

  it('counts what cannot be refused, past the limit', () => {
    const budget = new ByteBudget(100);
    budget.add(150);
    expect(budget.usedBytes).toBe(150);
    expect(budget.reserve(0)).toBe(false);
    budget.release(150);
    expect(budget.reserve(100)).toBe(true);
  });

  it('is never negative', () => {
    const budget = new ByteBudget(100);
    budget.reserve(10);
    budget.release(20);
    expect(budget.usedBytes).toBe(0);
    expect(budget.reserve(101)).toBe(false);
  });
});

describe('Admission', () => {
  function admission(depth: number, usedBytes = 0, drainMs?: number, leastWaitMs = 0) {
    const budget = new ByteBudget(1000);
    budget.reserve(usedBytes);
    const forecast = { leastWaitMs: () => leastWaitMs, drainMs: () => drainMs };
    const queue = { depth, forecast };
    return {
      queue,
      budget,
      admission: new Admission({ queueLimit: 40, queue, budget }),
    };
  }

  it('takes the bytes of whom it admits', () => {
    const { admission: door, budget } = admission(39);
    expect(door.reserve(600, 0)).toBeUndefined();
    expect(door.grow(400, 0)).toBeUndefined();
    expect(door.enter(0)).toBeUndefined();
    expect(budget.usedBytes).toBe(1000);
    door.release(1000);
    expect(budget.usedBytes).toBe(0);
  });

  it('refuses by count before the body is read, and takes no bytes', () => {
    const { admission: door, budget } = admission(40, 0, 3200);
    const error = door.reserve(10, 10_000);
    expect(error).toMatchObject({ code: 'QUEUE_FULL', statusCode: 503 });
    expect(error?.headers).toEqual({ 'retry-after': '4' });
    expect(error?.message).toContain('40 requests wait, at most 40 may');
    expect(budget.usedBytes).toBe(0);
  });

  it('refuses by bytes', () => {
    const { admission: door, budget } = admission(0, 900);
    const error = door.reserve(101, 10_000);
    expect(error).toMatchObject({ code: 'QUEUE_FULL', headers: { 'retry-after': '1' } });
    expect(error?.message).toContain(
      'holds 900 of at most 1000 bytes, this request needs 101 more',
    );
    expect(budget.usedBytes).toBe(900);
  });

  it('refuses a body that grows past the budget', () => {
    const { admission: door, budget } = admission(0, 990);
    expect(door.reserve(0, 0)).toBeUndefined();
    expect(door.grow(10, 0)).toBeUndefined();
    expect(door.grow(1, 0)?.code).toBe('QUEUE_FULL');
    expect(budget.usedBytes).toBe(1000);
  });

  it('asks again for the count when the body is here', () => {
    const { admission: door, queue, budget } = admission(39);
    expect(door.reserve(10, 0)).toBeUndefined();
    queue.depth = 40;
    expect(door.enter(0)?.code).toBe('QUEUE_FULL');
    expect(budget.usedBytes).toBe(10);
  });

  it.each([
    { depth: 0, drainMs: undefined, seconds: '1' },
    { depth: 5, drainMs: undefined, seconds: '5' },
    { depth: 5, drainMs: 0, seconds: '1' },
    { depth: 5, drainMs: 1001, seconds: '2' },
    { depth: 5, drainMs: 1e9, seconds: '60' },
  ])('says $seconds s for $depth that wait and keep the workers $drainMs ms', (row) => {
    const { admission: door } = admission(row.depth, 1000, row.drainMs);
    expect(door.grow(1, 0)?.headers).toEqual({ 'retry-after': row.seconds });
  });

  it('makes room among those that make no progress, and tries again', () => {
    const budget = new ByteBudget(1000);
    budget.reserve(1000);
    const makeRoom = (bytes: number): void => void (bytes <= 300 && budget.release(300));
    const forecast = { leastWaitMs: () => 0, drainMs: () => undefined };
    const queue = { depth: 0, forecast };
    const door = new Admission({ queueLimit: 9, queue, budget, makeRoom });
    expect(door.grow(400, 0)?.code).toBe('QUEUE_FULL');
    expect(door.grow(300, 0)).toBeUndefined();
    expect(budget.usedBytes).toBe(1000);
  });

  it('refuses at once what would wait past its deadline', () => {
    const newcomer = {
      key: 'a',
      priority: 'normal',
      queueDeadlineMs: 10_500,
      clientTimeoutMs: undefined,
    } as const;
    expect(admission(9, 0, 900, 500).admission.expect(newcomer, 10_000)).toBeUndefined();
    const error = admission(9, 0, 900, 501).admission.expect(newcomer, 10_000);
    expect(error).toMatchObject({ code: 'QUEUE_FULL', headers: { 'retry-after': '1' } });
    expect(error?.message).toContain('would wait 501 ms or longer, and may wait 500 ms');
  });

  it("holds to the client's own limit where that is shorter", () => {
    const newcomer = { key: 'a', priority: 'normal', queueDeadlineMs: 1e9 } as const;
    const { admission: door } = admission(9, 0, 900, 500);
    expect(door.expect({ ...newcomer, clientTimeoutMs: 500 }, 0)).toBeUndefined();
    expect(door.expect({ ...newcomer, clientTimeoutMs: 499 }, 0)?.code).toBe('QUEUE_FULL');
  });

  it('refuses nobody for the wait while nobody waits', () => {
    const newcomer = {
      key: 'a',
      priority: 'normal',
      queueDeadlineMs: 1,
      clientTimeoutMs: undefined,
    } as const;
    expect(admission(0, 0, 900, 500).admission.expect(newcomer, 10_000)).toBeUndefined();
  });
});

it('counts refusals by the bound that was reached', () => {
  const queue = { depth: 1, forecast: { leastWaitMs: () => 50, drainMs: () => undefined } };
  const door = new Admission({ queueLimit: 2, queue, budget: new ByteBudget(100) });
  const newcomer = { key: '', priority: 'normal', queueDeadlineMs: 49 } as const;
  expect(door.expect({ ...newcomer, clientTimeoutMs: undefined }, 0)?.code).toBe('QUEUE_FULL');
  door.reserve(101, 0);
  door.grow(101, 0);
  queue.depth = 2;
  door.enter(0);
  door.reserve(1, 0);
  door.reserve(1, 0);
  expect(door.refused).toEqual({ count: 3, bytes: 2, wait: 1 });
});

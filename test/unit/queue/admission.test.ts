import { describe, expect, it } from 'vitest';
import { Admission } from '../../../src/queue/admission.js';
import { ByteBudget } from '../../../src/queue/byte-budget.js';
import { DrainRate } from '../../../src/queue/drain-rate.js';

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

describe('DrainRate', () => {
  function steady(perSecond: number, seconds: number): DrainRate {
    const rate = new DrainRate();
    for (let n = 0; n <= perSecond * seconds; n += 1) rate.completed((n * 1000) / perSecond);
    return rate;
  }

  it('measures nothing before there are two completions', () => {
    const rate = new DrainRate();
    expect(rate.perSecond(0)).toBe(0);
    rate.completed(10);
    expect(rate.perSecond(10)).toBe(0);
    expect(rate.secondsFor(100, 10)).toBe(5);
  });

  it.each([
    { perSecond: 2, seconds: 3 },
    { perSecond: 10, seconds: 1 },
    { perSecond: 100, seconds: 60 },
    { perSecond: 5000, seconds: 4 },
  ])('finds $perSecond per second after $seconds s', ({ perSecond, seconds }) => {
    const measured = steady(perSecond, seconds).perSecond(seconds * 1000);
    expect(measured / perSecond).toBeGreaterThan(0.9);
    expect(measured / perSecond).toBeLessThan(1.25);
  });

  it('falls while nothing completes', () => {
    const rate = steady(100, 20);
    expect(rate.perSecond(25_000)).toBeLessThan(45);
    expect(rate.perSecond(60_000)).toBeLessThan(0.1);
  });

  it.each([
    { requests: 0, seconds: 1 },
    { requests: 1, seconds: 1 },
    { requests: 90, seconds: 1 },
    { requests: 1000, seconds: 10 },
    { requests: 1_000_000, seconds: 60 },
  ])('says $seconds s for $requests requests at 100 per second', ({ requests, seconds }) => {
    expect(steady(100, 60).secondsFor(requests, 60_000)).toBe(seconds);
  });

  it('says the longest when all has stalled for ever', () => {
    const rate = steady(100, 60);
    expect(rate.secondsFor(1, 1e9)).toBe(60);
    expect(rate.secondsFor(0, 1e9)).toBe(60);
  });
});

describe('Admission', () => {
  function admission(depth: number, usedBytes = 0) {
    const queue = { depth };
    const budget = new ByteBudget(1000);
    budget.reserve(usedBytes);
    const drainRate = new DrainRate();
    for (let n = 0; n <= 100; n += 1) drainRate.completed(n * 100);
    return {
      queue,
      budget,
      admission: new Admission({ queueLimit: 40, queue, budget, drainRate }),
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
    const { admission: door, budget } = admission(40);
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
});

import { describe, expect, it } from 'vitest';
import type { RequestFacts } from './fake-request.js';
import { Stage } from './stage.js';

/** Runs of 5 ms, known for certain unless told otherwise. */
function stage(...workers: string[]): Stage {
  const made = new Stage({ workAheadMs: 1, mayStandBy: true });
  made.teach(5);
  made.workers(...workers);
  return made;
}

/** Of a model that runs several requests together: what a call costs, and what each row adds. */
function batching(fixedMs: number, perRowMs: number): Stage {
  const made = new Stage({ workAheadMs: 1, mayStandBy: true });
  const { estimates } = made.dispatcher;
  estimates.batchBy(new Map([['model', { maxRows: 64, maxDelayMs: 0 }]]));
  const { batch } = estimates.of('model');
  made.teach(fixedMs + perRowMs);
  for (let n = 0; n < 60; n += 1) {
    batch.observeRequest(100, 1);
    batch.observe(1 + (n % 3), fixedMs + perRowMs * (1 + (n % 3)));
  }
  made.workers('A');
  return made;
}

describe('of a model that may batch', () => {
  it('one stands by where batches do not pay', () => {
    const one = batching(0.2, 4.8);
    const { batch } = one.dispatcher.estimates.of('model');
    for (let n = 0; n < 100; n += 1) batch.isWorthATry();
    one.submitMany(3);
    expect(one.takeSent()).toEqual(['1→A', '2→A']);
  });

  it('none does where they pay, or nobody knows: what queues meanwhile is the next unit', () => {
    const pays = batching(4.8, 0.2);
    const [first] = pays.submitMany(4);
    expect(pays.takeSent()).toEqual(['1→A']);
    pays.nowMs = 5;
    pays.finish('A', first as never, 5);
    expect(pays.takeSent()).toEqual(['2→A', '3→A', '4→A']);

    const unknown = new Stage({ workAheadMs: 1, mayStandBy: true });
    unknown.dispatcher.estimates.batchBy(new Map([['model', { maxRows: 64, maxDelayMs: 0 }]]));
    unknown.teach(5);
    unknown.workers('A');
    unknown.submitMany(3);
    expect(unknown.takeSent()).toEqual(['1→A']);
  });

  it('and now and then none does, so that a batch is tried', () => {
    const one = batching(0.2, 4.8);
    const { batch } = one.dispatcher.estimates.of('model');
    for (let n = 0; n < 100 && batch.isBetterAlone(100, 2); n += 1) batch.passedUp();
    const [first, second] = one.submitMany(4);
    // With a single one that waits nothing can be tried: it stands by. Then a pair waits, and stays together.
    expect(one.takeSent()).toEqual(['1→A', '2→A']);
    one.nowMs = 5;
    one.finish('A', first as never, 5);
    expect(one.takeSent()).toEqual([]);
    one.nowMs = 10;
    one.finish('A', second as never, 5);
    // The pair, and it is no longer time for one.
    expect(one.takeSent()).toEqual(['3→A', '4→A']);
    expect(batch.isBetterAlone(100, 2)).toBe(true);
  });
});

describe('a request that stands by', () => {
  it('lies ready at the worker that should be through first, one at each; others wait', () => {
    const one = stage('A', 'B');
    one.submit();
    one.nowMs = 1;
    one.submit();
    const [third] = one.submitMany(3);
    expect(one.takeSent()).toEqual(['1→A', '2→B', '3→A', '4→B']);
    expect(one.dispatcher.depth).toBe(1);
    expect(third?.isStandby).toBe(true);
  });

  it('begins when the other has been answered, and the next one takes its place', () => {
    const one = stage('A');
    const [first, second] = one.submitMany(3);
    expect(one.takeSent()).toEqual(['1→A', '2→A']);
    one.nowMs = 5;
    one.finish('A', first as never, 5);
    expect(second?.isStandby).toBe(false);
    expect(one.load('A').runningSinceMs).toBe(5);
    expect(one.takeSent()).toEqual(['3→A']);
  });

  it('goes to a worker that is free before, where nobody else waits for that', () => {
    const one = stage('A', 'B');
    const [, second, third] = one.submitMany(3);
    expect(one.takeSent()).toEqual(['1→A', '2→B', '3→A']);
    one.nowMs = 5;
    one.finish('B', second as never, 5);
    expect(one.aborted).toEqual(['3 at A']);
    expect(one.takeSent()).toEqual(['3→B']);
    expect(one.finish('B', third as never, 5)).toBe(true);
  });

  it('is none of a model with a limit, which a free worker is to have next', () => {
    const one = stage('A', 'B');
    one.dispatcher.limits.learn([{ name: 'slow', maxInFlight: 2 }]);
    one.submit({ key: 'slow' });
    const other = one.submit({ key: 'other' });
    one.submit({ key: 'slow' });
    expect(one.takeSent()).toEqual(['1→A', '2→B']);
    one.nowMs = 5;
    one.finish('B', other, 5);
    expect(one.takeSent()).toEqual(['3→B']);
  });

  it('stays where another one waits: who is free takes that', () => {
    const one = stage('A', 'B');
    const [, second] = one.submitMany(5);
    one.takeSent();
    one.nowMs = 5;
    one.finish('B', second as never, 5);
    expect(one.aborted).toEqual([]);
    expect(one.takeSent()).toEqual(['5→B']);
  });

  it('is taken back from a run that takes much longer than expected, and is the next', () => {
    const one = stage('A', 'B');
    const [, second, , fourth] = one.submitMany(5);
    one.takeSent();
    for (const atMs of [5, 11]) {
      one.nowMs = atMs;
      if (atMs === 5) one.finish('B', second as never, 5);
      else one.finish('B', fourth as never, 5);
    }
    expect(one.aborted).toEqual(['3 at A']);
    expect(one.takeSent()).toEqual(['5→B']);
    expect(one.dispatcher.depth).toBe(1);
  });

  it('is to blame for nothing: neither for a run before it that never ends, nor for a death', () => {
    const one = stage('A');
    const [first, second] = one.submitMany(2, { timeoutMs: 100 });
    one.nowMs = 100;
    one.dispatcher.sweep(100);
    expect(one.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
    expect(second?.mayHaveOverrun).toBe(false);
    one.die('A', 'self-inflicted');
    expect([first?.selfInflictedDeaths, second?.selfInflictedDeaths]).toEqual([1, 0]);
  });

  it('is none behind a run of unknown length, which would stay in what the worker has in front', () => {
    const one = stage('A');
    const unknown = one.submit({ group: 'new', timeoutMs: Number.POSITIVE_INFINITY });
    const [second] = one.submitMany(2, { timeoutMs: Number.POSITIVE_INFINITY });
    expect(one.takeSent()).toEqual(['1→A']);
    one.finish('A', unknown, 5);
    expect(one.takeSent()).toEqual(['2→A', '3→A']);
    one.finish('A', second as never, 5);
    expect(one.load('A').workInFrontMs(one.nowMs, 1)).toBeCloseTo(5, 1);
  });

  it('is none behind a request that is run in slices, between which it would run', () => {
    const one = stage('A');
    const first = one.submit();
    first.slicesDie = () => {};
    one.submit();
    expect(one.takeSent()).toEqual(['1→A']);
  });

  it.each<[string, RequestFacts]>([
    ['may not run twice', { isRetryable: false }],
    ['has an unknown run time', { group: 'new' }],
  ])('is none that %s', (_why, facts) => {
    const one = stage('A');
    one.submit();
    one.submit(facts);
    expect(one.takeSent()).toEqual(['1→A']);
  });

  it('is none behind code that waits, a stream, a suspect, or with priorities', () => {
    const waiting = stage('A');
    waiting.load('A').asynchronous.add('model');
    waiting.submitMany(2);
    expect(waiting.takeSent()).toEqual(['1→A']);
    const ranked = new Stage({ workAheadMs: 1, mayStandBy: true, lowPriorityShare: 0.1 });
    ranked.teach(5);
    ranked.workers('A');
    ranked.submitMany(2);
    expect(ranked.takeSent()).toEqual(['1→A']);
    const deadly = stage('A');
    deadly.submit();
    deadly.die('A');
    deadly.workers('B');
    deadly.submit();
    expect(deadly.takeSent()).toEqual(['1→A', '1→B']);
  });

  it('is none with a work ahead of 0: that means one at a time', () => {
    const one = new Stage({ workAheadMs: 0, mayStandBy: true });
    one.teach(5);
    one.workers('A');
    one.submitMany(2);
    expect(one.takeSent()).toEqual(['1→A']);
  });
});

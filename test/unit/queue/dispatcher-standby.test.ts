import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.js';
import type { FakeRequest, RequestFacts } from './fake-request.js';
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

/** A runs a request and another stands by there; B runs one of unknown length, behind which nothing does. */
function behindOneOfTwo(...more: string[]): {
  one: Stage;
  standing: FakeRequest;
  /** B is through. */
  free: () => void;
} {
  const one = stage('A', 'B', ...more);
  one.submit();
  const unknown = one.submit({ group: 'new' });
  one.submitMany(more.length);
  const standing = one.submit();
  const free = (): void => {
    one.nowMs = 5;
    one.finish('B', unknown, 5);
  };
  return { one, standing, free };
}

/** A holds both, B only what is common; both run that. */
function withRareAtA(): { one: Stage; inB: FakeRequest } {
  const one = new Stage({ workAheadMs: 1, mayStandBy: true });
  one.teach(5);
  one.holder('A', 'rare', 'common');
  one.holder('B', 'common');
  const [inB] = one.submitMany(2, { key: 'common' });
  return { one, inB: inB as FakeRequest };
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
    const finish = (request: FakeRequest | undefined): void => {
      one.nowMs += 5;
      one.finish('A', request as never, 5);
    };
    for (let n = 0; n < 100; n += 1) batch.isWorthATry();
    const isDue = (): boolean => !batch.isBetterAlone(100, 2);
    expect(isDue()).toBe(false);
    for (let n = 0; n < 100 && !isDue(); n += 1) one.submitMany(2).forEach(finish);
    expect(isDue()).toBe(true);
    one.takeSent();
    const [first, second, third, fourth] = one.submitMany(4);
    // With a single one that waits nothing can be tried: it stands by. Then a pair waits, and stays together.
    expect(one.takeSent()).toEqual([`${first?.arrival}→A`, `${second?.arrival}→A`]);
    finish(first);
    expect(one.takeSent()).toEqual([]);
    finish(second);
    // The pair, and it is no longer time for one.
    expect(one.takeSent()).toEqual([`${third?.arrival}→A`, `${fourth?.arrival}→A`]);
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
    expect(third?.isStandby).toBe(false);
    expect(one.finish('B', third as never, 5)).toBe(true);
  });

  it('stays where another one waits: who is free takes that', () => {
    const { one, free } = behindOneOfTwo();
    one.submit();
    expect(one.takeSent()).toEqual(['1→A', '2→B', '3→A']);
    free();
    expect(one.aborted).toEqual([]);
    expect(one.takeSent()).toEqual(['4→B']);
  });

  it('goes to a worker that is free though another one waited, where that goes elsewhere', () => {
    const one = stage('A', 'B');
    one.submit();
    const unknown = one.submit({ group: 'new' });
    one.submit();
    one.submit({ group: 'newer' });
    expect(one.takeSent()).toEqual(['1→A', '2→B', '3→A']);
    one.holder('C', '');
    expect(one.takeSent()).toEqual(['4→C']);
    one.submit({ group: 'newer' });
    one.load('B').isFed = false;
    one.finish('B', unknown, 5);
    one.load('B').isFed = true;
    one.holder('D', '');
    // The one that waits is D's, which holds less; what stands by is B's.
    expect([one.aborted, one.takeSent()]).toEqual([['3 at A'], ['5→D', '3→B']]);
  });

  it('of several goes to as many workers that are free', () => {
    const one = stage('A', 'B', 'C', 'D');
    one.submitMany(2);
    const unknown = [one.submit({ group: 'new' }), one.submit({ group: 'new' })];
    one.submitMany(2);
    expect(one.takeSent()).toEqual(['1→A', '2→B', '3→C', '4→D', '5→A', '6→B']);
    one.mayDispatch = false;
    for (const [at, name] of ['C', 'D'].entries()) one.finish(name, unknown[at] as FakeRequest);
    one.mayDispatch = true;
    one.dispatcher.dispatch(0);
    expect(one.aborted).toEqual(['5 at A', '6 at B']);
    expect(one.takeSent().sort()).toEqual(['5→C', '6→D']);
  });

  it('stays while the link of the worker that is free takes nothing', () => {
    const { one, free } = behindOneOfTwo();
    one.takeSent();
    one.backedUp.add('B');
    free();
    expect([one.aborted, one.sent]).toEqual([[], []]);
    one.backedUp.clear();
    one.dispatcher.dispatch(5);
    expect(one.takeSent()).toEqual(['3→B']);
  });

  it('is not kept by one that waits for its limit, or for what the free worker does not hold', () => {
    const limited = stage('A', 'B', 'C');
    limited.dispatcher.limits.learn([{ name: 'slow', maxInFlight: 1 }]);
    const [, second] = limited.submitMany(2);
    limited.submit({ key: 'slow' });
    limited.submit();
    limited.submit({ key: 'slow', isRetryable: false });
    expect(limited.takeSent()).toEqual(['1→A', '2→B', '3→C', '4→A']);
    limited.nowMs = 5;
    limited.finish('B', second as never, 5);
    expect(limited.takeSent()).toEqual(['4→B']);

    const { one, inB } = withRareAtA();
    one.submit({ key: 'common' });
    one.submit({ key: 'rare' });
    expect(one.takeSent()).toEqual(['1→B', '2→A', '3→A']);
    one.nowMs = 5;
    one.finish('B', inB, 5);
    expect(one.takeSent()).toEqual(['3→B']);
  });

  it('stays where the free worker does not hold it, or gets nothing more', () => {
    const { one, inB } = withRareAtA();
    one.submit({ key: 'rare' });
    expect(one.takeSent()).toEqual(['1→B', '2→A', '3→A']);
    one.nowMs = 5;
    one.finish('B', inB, 5);
    expect([one.aborted, one.sent]).toEqual([[], []]);

    const { one: other, free } = behindOneOfTwo();
    other.takeSent();
    other.dispatcher.stopFeeding(other.load('B'), 0);
    free();
    expect([other.aborted, other.sent]).toEqual([[], []]);
  });

  it('of several, the first in the queue goes to the free worker', () => {
    const { one, free } = behindOneOfTwo('C');
    one.submit();
    expect(one.takeSent()).toEqual(['1→A', '2→B', '3→C', '4→A', '5→C']);
    free();
    expect(one.aborted).toEqual(['4 at A']);
    expect(one.takeSent()).toEqual(['4→B']);
  });

  it('stays when its client has left: it is nobody’s to run', () => {
    const { one, free, standing } = behindOneOfTwo();
    one.takeSent();
    one.dispatcher.withdraw(standing, 0);
    free();
    expect([one.aborted, one.sent, one.dispatcher.depth]).toEqual([[], [], 0]);
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

  it('stays at a worker that drains, where no other holds its model', () => {
    const one = stage('A');
    const [first, second] = one.submitMany(2);
    one.takeSent();
    one.dispatcher.stopFeeding(one.load('A'), 0);
    one.hopeless.set('', new RequestError('NO_WORKERS', 'nobody comes'));
    one.nowMs = 50;
    one.dispatcher.sweep(50);
    expect([one.aborted, one.refused]).toEqual([[], []]);
    one.finish('A', first as never, 50);
    expect(one.finish('A', second as never, 5)).toBe(true);
  });

  it('is taken back from a run that takes much longer than most do, whatever the mean is', () => {
    const one = new Stage({ workAheadMs: 1, mayStandBy: true });
    const estimate = one.dispatcher.estimates.of('model');
    for (let n = 0; n < 410; n += 1) estimate.observe(100, n % 20 === 9 ? 50 : 2);
    one.workers('A', 'B');
    const [, second] = one.submitMany(5);
    expect(one.takeSent()).toEqual(['1→A', '2→B', '3→A', '4→B']);
    expect(2 * estimate.expectMs(100)).toBeGreaterThan(9);
    one.nowMs = 6;
    one.finish('B', second as never, 6);
    expect(one.aborted).toEqual(['3 at A']);
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

  it('stays behind a short run that is late by no more than the way to the master and back', () => {
    const one = new Stage({ workAheadMs: 1, mayStandBy: true });
    one.teach(1.5);
    one.workers('A');
    one.submitMany(2);
    expect(one.takeSent()).toEqual(['1→A', '2→A']);
    one.nowMs = 3.4; // more than twice as long as expected
    one.dispatcher.dispatch(one.nowMs);
    expect(one.aborted).toEqual([]);
    one.nowMs = 3.6;
    one.dispatcher.dispatch(one.nowMs);
    expect(one.aborted).toEqual(['2 at A']);
  });

  it('is none behind a stream, none that streams, and none behind what had better run in a batch', () => {
    const stream = stage('A');
    const first = stream.submit({ key: 'words' });
    stream.dispatcher.progressed(stream.load('A'), first, 0);
    stream.submit({ key: 'other' });
    expect(stream.takeSent()).toEqual(['1→A']);

    const generator = stage('A', 'B');
    generator.dispatcher.limits.learn([{ name: 'words', isStreaming: true }]);
    generator.submitMany(2, { key: 'other' });
    generator.submit({ key: 'words' });
    expect(generator.takeSent()).toEqual(['1→A', '2→B']);

    const pays = batching(4.8, 0.2);
    pays.teach(5, 'other');
    pays.submit();
    pays.submit({ group: 'other' });
    expect(pays.takeSent()).toEqual(['1→A']);
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
    ['would make a batch that takes more than half of its time', { timeoutMs: 15 }],
  ])('is none that %s', (_why, facts) => {
    const one = stage('A');
    one.submit();
    one.submit(facts);
    expect(one.takeSent()).toEqual(['1→A']);
  });

  it('is none behind code that waits, behind a suspect, or with priorities', () => {
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

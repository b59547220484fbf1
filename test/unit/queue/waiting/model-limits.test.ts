import { describe, expect, it } from 'vitest';
import { Limit } from '../../../../src/queue/waiting/limit.js';
import { ModelLimits } from '../../../../src/queue/waiting/model-limits.js';
import type { FakeRequest } from '../fake-request.js';
import { Stage } from '../stage.js';

describe('Limit', () => {
  it('holds nobody back unless told', () => {
    const limit = new Limit();
    limit.count(1000);
    expect(limit.isReached).toBe(false);
    limit.most = 1000;
    expect(limit.isReached).toBe(true);
    limit.count(-1);
    expect(limit.isReached).toBe(false);
  });

  it('is reached when the wider one is, and takes along what it counts', () => {
    const wide = new Limit();
    wide.most = 3;
    const one = new Limit();
    const other = new Limit();
    one.count(2);
    one.moveWithin(wide);
    other.moveWithin(wide);
    expect([wide.inFlight, one.isReached, one.leastMost]).toEqual([2, false, 3]);
    other.count(1);
    expect([one.isReached, other.isReached]).toEqual([true, true]);
    one.moveWithin(undefined);
    expect([wide.inFlight, other.isReached, one.isReached]).toEqual([1, false, false]);
  });
});

describe('ModelLimits', () => {
  it.each([
    { workers: 0, streams: 1 },
    { workers: 1, streams: 1 },
    { workers: 2, streams: 1 },
    { workers: 8, streams: 7 },
  ])('lets $streams streams go with $workers workers', ({ workers, streams }) => {
    const limits = new ModelLimits();
    limits.workersAre(workers);
    expect(limits.streams.most).toBe(streams);
  });

  it('takes limits away that are no longer told, and keeps the count', () => {
    const limits = new ModelLimits();
    limits.learn([{ name: 'm', maxInFlight: 2 }, { name: 'n' }]);
    limits.of('m').count(2);
    expect([limits.of('m').isReached, limits.of('n').isReached]).toEqual([true, false]);
    limits.learn([{ name: 'm' }]);
    expect(limits.of('m').isReached).toBe(false);
    limits.learn([{ name: 'm', maxInFlight: 1 }]);
    expect(limits.of('m')).toMatchObject({ inFlight: 2, isReached: true });
  });

  it('of several versions takes the least', () => {
    const limits = new ModelLimits();
    limits.learn([
      { name: 'm', maxInFlight: 3 },
      { name: 'm', maxInFlight: 2 },
      { name: 'm', maxInFlight: 4 },
    ]);
    expect(limits.of('m').most).toBe(2);
  });

  it('forgets a stream that was seen once after many whole replies, never a generator', () => {
    const limits = new ModelLimits();
    limits.learn([{ name: 'generator', isStreaming: true }]);
    limits.of('seen').sawStream();
    for (let n = 0; n < 31; n += 1) limits.of('seen').sawWhole();
    expect(limits.of('seen').within).toBe(limits.streams);
    limits.of('seen').sawStream();
    for (let n = 0; n < 32; n += 1) {
      expect(limits.of('seen').within).toBe(limits.streams);
      limits.of('seen').sawWhole();
      limits.of('generator').sawWhole();
    }
    expect(limits.of('seen').within).toBeUndefined();
    expect(limits.of('generator').within).toBe(limits.streams);
  });
});

describe('a model with a limit', () => {
  function limited(...workers: string[]): Stage {
    const stage = new Stage();
    stage.dispatcher.limits.learn([{ name: 'slow', maxInFlight: 1 }]);
    stage.workers(...workers);
    return stage;
  }

  it('leaves the other workers to others, in whatever order they come', () => {
    const stage = limited('A', 'B');
    const [first] = stage.submitMany(3, { key: 'slow' }) as [FakeRequest];
    stage.submit({ key: 'fast' });
    expect(stage.takeSent()).toEqual(['1→A', '4→B']);
    stage.finish('A', first);
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('counts all versions and priorities together', () => {
    const stage = limited('A', 'B', 'C');
    const first = stage.submit({ key: 'slow' });
    stage.submit({ key: 'slow/2' });
    stage.submit({ key: 'slow', priority: 'high' });
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.finish('A', first);
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('still counts a request whose client left, while its worker has it', () => {
    const stage = limited('A', 'B');
    const [first] = stage.submitMany(2, { key: 'slow' }) as [FakeRequest];
    stage.dispatcher.withdraw(first, 0);
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.finish('A', first);
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('holds back those that run again, too, and frees the worker they had reserved', () => {
    const stage = limited('A', 'B');
    stage.submitMany(2, { key: 'slow' });
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.die('A');
    expect(stage.takeSent()).toEqual(['1→B']);
    stage.workers('C');
    expect(stage.takeSent()).toEqual([]);
    stage.submit({ key: 'fast' });
    expect(stage.takeSent()).toEqual(['3→C']);
    expect(stage.dispatcher.limits.of('slow').inFlight).toBe(1);
  });

  it('waits no longer than its queue timeout', () => {
    const stage = limited('A', 'B');
    stage.submit({ key: 'slow' });
    stage.submit({ key: 'slow', queueDeadlineMs: 100 });
    stage.nowMs = 101;
    stage.dispatcher.sweep(101);
    expect(stage.takeRefused()).toEqual(['2 QUEUE_TIMEOUT']);
  });
});

describe('streams', () => {
  it('never take the last worker, once they are known', () => {
    const stage = new Stage();
    stage.dispatcher.limits.learn([{ name: 'words', isStreaming: true }]);
    stage.workers('A', 'B', 'C');
    const streams = stage.submitMany(4, { key: 'words' });
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
    stage.submit({ key: 'other' });
    expect(stage.takeSent()).toEqual(['5→C']);
    stage.finish('A', streams[0] as FakeRequest);
    expect(stage.takeSent()).toEqual(['3→A']);
  });

  it('are learned from the first part of a reply', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    const first = stage.submit({ key: 'words' });
    stage.dispatcher.progressed(stage.load('A'), first, 0);
    stage.submit({ key: 'words' });
    expect(stage.takeSent()).toEqual(['1→A']);
    expect(stage.dispatcher.limits.streams.inFlight).toBe(1);
  });

  it('have the only worker, when there is one', () => {
    const stage = new Stage();
    stage.dispatcher.limits.learn([{ name: 'words', isStreaming: true }]);
    stage.workers('A');
    stage.submitMany(2, { key: 'words' });
    expect(stage.takeSent()).toEqual(['1→A']);
  });
});

describe('while more is held for clients than may be', () => {
  it('nothing is given to workers', () => {
    const stage = new Stage();
    stage.mayDispatch = false;
    stage.workers('A');
    stage.submit();
    expect(stage.takeSent()).toEqual([]);
    stage.mayDispatch = true;
    stage.dispatcher.dispatch(0);
    expect(stage.takeSent()).toEqual(['1→A']);
  });
});

describe('a model that is gone while its last requests are at a worker', () => {
  it('keeps its limit for those that come back, and the pass over the queue ends', () => {
    const stage = new Stage();
    stage.dispatcher.limits.learn([{ name: 'a', maxInFlight: 1 }]);
    stage.teach(0.1);
    stage.workers('A', 'B');
    stage.submit({ key: 'a' });
    stage.dispatcher.keep(new Set(), new Set());
    stage.die('A');
    expect(stage.takeSent()).toEqual(['1→A', '1→B']);
    stage.dispatcher.limits.learn([{ name: 'a', maxInFlight: 2 }]);
    stage.workers('C');
    stage.submit({ key: 'a/1', model: 'a' });
    expect(stage.takeSent()).toEqual(['2→C']);
    stage.workers('D');
    stage.dispatcher.limits.learn([{ name: 'a', maxInFlight: 1 }]);
    stage.dispatcher.keep(new Set(), new Set());
    stage.die('B', 'unexplained');
    expect(stage.takeSent()).toEqual([]);
    stage.finish('C', [...stage.load('C').requests][0] as FakeRequest);
    expect(stage.takeSent()).toEqual(['1→C']);
  });
});

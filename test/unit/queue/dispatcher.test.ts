import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.js';
import { FakeRequest } from './fake-request.js';
import { Stage } from './stage.js';

describe('order', () => {
  it('gives waiting requests out by arrival as workers become free', () => {
    const stage = new Stage();
    const [first, , third] = stage.submitMany(5) as [FakeRequest, FakeRequest, FakeRequest];
    expect(stage.dispatcher.depth).toBe(5);
    stage.workers('A', 'B');
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
    stage.finish('A', first);
    expect(stage.takeSent()).toEqual(['3→A']);
    stage.finish('A', third);
    expect(stage.takeSent()).toEqual(['4→A']);
  });

  it('runs what comes back from a dead worker before what came later', () => {
    const stage = new Stage();
    stage.workers('A');
    stage.submitMany(4);
    stage.takeSent();
    stage.die('A', 'ours');
    const [load] = stage.workers('B');
    for (const next of [1, 2, 3, 4]) {
      expect(load?.running?.arrival).toBe(next);
      stage.finish('B', load?.running as FakeRequest);
    }
  });

  it('lets nobody overtake a request that needs an empty worker', () => {
    const stage = new Stage();
    stage.teach(0.05, 'known');
    stage.workers('A');
    const known = stage.submit({ group: 'known' });
    stage.submit({ group: 'unknown' });
    stage.submit({ group: 'known' });
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.finish('A', known, 0.05);
    expect(stage.takeSent()).toEqual(['2→A']);
  });
});

describe('who comes behind others that wait', () => {
  /** Requests of 0.5 ms: A has three, and one waits. */
  function busy(): Stage {
    const stage = new Stage();
    stage.teach(0.5);
    stage.workers('A');
    stage.submitMany(5);
    expect(stage.takeSent()).toEqual(['1→A', '2→A', '3→A']);
    return stage;
  }

  it('has them given out, once time has made a worker free for them', () => {
    const stage = busy();
    stage.nowMs = 0.03;
    stage.submit();
    expect(stage.takeSent()).toEqual([]);
    stage.nowMs = 0.6;
    stage.submit();
    expect(stage.takeSent()).toEqual(['4→A']);
  });

  it('changes nothing within a moment, but all else that happens does', () => {
    const stage = busy();
    const [load] = [stage.load('A')];
    stage.submit();
    expect(stage.takeSent()).toEqual([]);
    stage.finish('A', load.running as FakeRequest, 0.5);
    expect(stage.takeSent()).toEqual(['4→A']);
    stage.submit();
    stage.workers('B');
    expect(stage.takeSent()).toEqual(['5→B', '6→B', '7→B']);
    stage.submit();
    expect(stage.dispatcher.depth).toBe(1);
  });

  it('is served at once where it is the first of what another worker holds', () => {
    const stage = new Stage();
    stage.holder('A', 'm');
    stage.holder('B', 'n');
    stage.submit({ key: 'm' });
    stage.submit({ key: 'm' });
    stage.submit({ key: 'n' });
    expect(stage.takeSent()).toEqual(['1→A', '3→B']);
  });
});

describe('free', () => {
  it.each([
    { runMs: 5, inFlight: 1 },
    { runMs: 1.5, inFlight: 1 },
    { runMs: 0.9, inFlight: 2 },
    { runMs: 0.03, inFlight: 34 },
    { runMs: 0.001, inFlight: 64 },
  ])('requests of $runMs ms: $inFlight in flight', ({ runMs, inFlight }) => {
    const stage = new Stage();
    stage.teach(runMs);
    const [load] = stage.workers('A');
    stage.submitMany(100);
    expect(load?.inFlight).toBe(inFlight);
    expect(stage.dispatcher.depth).toBe(100 - inFlight);
    expect(stage.dispatcher.inFlight).toBe(inFlight);
  });

  it('sends exactly one of a group nobody has run yet', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    stage.submitMany(4);
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
  });

  it('sends a body far larger than all before to an empty worker only, and nothing behind it', () => {
    const stage = new Stage();
    stage.teach(0.05);
    stage.workers('A');
    const small = stage.submit();
    const big = stage.submit({ bytes: 10_000_000 });
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.finish('A', small, 0.05);
    expect(stage.takeSent()).toEqual(['2→A']);
    stage.finish('A', big, 100);
    expect(stage.takeSent()).toEqual(['3→A']);
  });

  it('has a bound by count', () => {
    const stage = new Stage({ workAheadMs: 1, maxInFlight: 3 });
    stage.teach(0.01);
    stage.workers('A');
    stage.submitMany(9);
    expect(stage.takeSent()).toHaveLength(3);
  });

  it('work ahead of 0 means one at a time', () => {
    const stage = new Stage({ workAheadMs: 0 });
    stage.teach(0.01);
    stage.workers('A');
    stage.submitMany(9);
    expect(stage.takeSent()).toEqual(['1→A']);
  });

  it('lets one join in the last millisecond of a run whose length is sure', () => {
    const stage = new Stage();
    stage.teach(5);
    stage.workers('A');
    stage.submitMany(3);
    stage.nowMs = 3.9;
    stage.dispatcher.dispatch(stage.nowMs);
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.nowMs = 4.1;
    stage.dispatcher.dispatch(stage.nowMs);
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('lets none join when the length is not sure', () => {
    const stage = new Stage();
    stage.teach(5);
    stage.teach(5, 'mixed');
    for (let n = 0; n < 100; n += 1) {
      stage.dispatcher.estimates.of('mixed').observe(100, n % 20 === 0 ? 50 : 2);
    }
    stage.workers('A');
    stage.submitMany(3, { group: 'mixed' });
    for (stage.nowMs = 0; stage.nowMs < 50; stage.nowMs += 0.5) {
      stage.dispatcher.dispatch(stage.nowMs);
    }
    expect(stage.takeSent()).toEqual(['1→A']);
  });

  it('lets none join a request that is late', () => {
    const stage = new Stage();
    stage.teach(0.03);
    stage.workers('A', 'B');
    const [slow, quick] = stage.submitMany(2) as [FakeRequest, FakeRequest];
    stage.nowMs = 0.2;
    stage.finish('B', quick, 0.03);
    stage.nowMs = 2.1;
    stage.submitMany(3);
    expect(stage.takeSent()).toEqual(['1→A', '2→B', '3→B', '4→B', '5→B']);
    stage.finish('A', slow, 2);
    stage.submit();
    expect(stage.takeSent()).toEqual(['6→A']);
  });

  it('keeps off a worker whose link is backed up', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    stage.backedUp.add('A').add('B');
    stage.submit();
    expect(stage.takeSent()).toEqual([]);
    stage.backedUp.delete('B');
    stage.dispatcher.dispatch(stage.nowMs);
    expect(stage.takeSent()).toEqual(['1→B']);
  });
});

describe('choice', () => {
  it('takes the worker with the least in front', () => {
    const stage = new Stage();
    stage.teach(0.6, 'long');
    stage.teach(0.2, 'short');
    stage.workers('A', 'B');
    stage.submit({ group: 'long' });
    stage.submitMany(3, { group: 'short' });
    // B has 0.2, then 0.4, each less than A's 0.6.
    expect(stage.takeSent()).toEqual(['1→A', '2→B', '3→B', '4→B']);
  });

  it('takes the one with fewer in flight when both have as much in front', () => {
    const stage = new Stage();
    stage.teach(0.5, 'long');
    stage.teach(0.25, 'short');
    stage.workers('A', 'B');
    stage.submitMany(2, { group: 'short' });
    stage.submit({ group: 'short' });
    stage.submit({ group: 'long' });
    expect(stage.takeSent()).toEqual(['1→A', '2→B', '3→A', '4→B']);
    stage.dispatcher.finished(
      stage.load('B'),
      stage.load('B').running as FakeRequest,
      undefined,
      stage.nowMs,
    );
    // A: two short ones (0.5 together), B: a long one (0.5).
    stage.submit({ group: 'short' });
    expect(stage.takeSent()).toEqual(['5→B']);
  });

  it('goes round idle workers, so that all are used', () => {
    const stage = new Stage();
    stage.workers('A', 'B', 'C');
    for (let n = 0; n < 6; n += 1) {
      const request = stage.submit();
      const name = stage.sent.at(-1)?.slice(-1) as string;
      stage.nowMs += 1;
      stage.finish(name, request);
      stage.nowMs += 2;
    }
    expect(stage.takeSent().join(' ')).toBe('1→A 2→B 3→C 4→A 5→B 6→C');
  });

  it('goes to the one that has just answered, which is warm', () => {
    const stage = new Stage();
    stage.workers('A', 'B', 'C');
    stage.nowMs = 10;
    const first = stage.submit();
    const second = stage.submit();
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
    stage.finish('A', first);
    stage.nowMs += 0.5;
    stage.finish('B', second);
    stage.nowMs += 0.8;
    // A answered longer ago than that, so the one that has slept longest goes before it.
    stage.submit();
    stage.submit();
    stage.submit();
    expect(stage.takeSent()).toEqual(['3→B', '4→C', '5→A']);
  });
});

describe('answers', () => {
  it('are wanted once', () => {
    const stage = new Stage();
    const [load] = stage.workers('A');
    const request = stage.submit();
    expect(request.state).toBe('in flight');
    expect(load?.find(1)).toBe(request);
    expect(load?.find(2)).toBeUndefined();
    expect(stage.finish('A', request)).toBe(true);
    expect(request.state).toBe('done');
    expect(stage.finish('A', request)).toBe(false);
    expect(stage.dispatcher.isIdle).toBe(true);
  });

  it('from a worker that does not have the request are ignored', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    const request = stage.submit();
    expect(stage.finish('B', request)).toBe(false);
    expect(stage.dispatcher.progressed(stage.load('B'), request, 0)).toBe(false);
    expect(request.hasBegun).toBe(false);
    expect(stage.finish('A', new FakeRequest(99))).toBe(false);
    expect(request.state).toBe('in flight');
  });

  it('from a worker that is gone are ignored', () => {
    const stage = new Stage();
    const [load] = stage.workers('A');
    const request = stage.submit();
    stage.die('A', 'ours');
    expect(stage.finish('A', request)).toBe(false);
    expect(stage.die('A')).toEqual({ runAgain: 0, refused: 0, cutOff: 0, dropped: 0 });
    expect(request.state).toBe('waiting');
    expect(load?.inFlight).toBe(0);
  });

  it('out of order are taken', () => {
    const stage = new Stage();
    stage.teach(0.1);
    const [load] = stage.workers('A');
    const [first, second, third] = stage.submitMany(3) as [FakeRequest, FakeRequest, FakeRequest];
    expect(load?.find(3)).toBe(third);
    expect(stage.finish('A', second, 0.1)).toBe(true);
    expect(load?.running).toBe(first);
    expect(stage.finish('A', first, 0.1)).toBe(true);
    expect(stage.finish('A', third, 0.1)).toBe(true);
    expect(load?.inFlight).toBe(0);
  });

  it('teach the estimate of their group, unless they carry no run time', () => {
    const stage = new Stage();
    stage.workers('A');
    stage.finish('A', stage.submit(), undefined);
    expect(stage.dispatcher.estimates.of('model').expectMs(100)).toBe(Number.POSITIVE_INFINITY);
    stage.finish('A', stage.submit(), 3);
    expect(stage.dispatcher.estimates.of('model').expectMs(100)).toBe(3);
  });
});

describe('withdraw', () => {
  it('takes a waiting request out at once', () => {
    const stage = new Stage();
    const request = stage.submit();
    expect(stage.dispatcher.depth).toBe(1);
    stage.dispatcher.withdraw(request, 0);
    expect(stage.dispatcher.depth).toBe(0);
    stage.workers('A');
    expect(stage.sent).toEqual([]);
  });

  it('leaves one in flight to occupy its worker, unanswered', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit();
    stage.dispatcher.withdraw(request, 0);
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→A']);
    expect(stage.dispatcher.inFlight).toBe(1);
    expect([...stage.dispatcher.unanswered()].map((one) => one.arrival)).toEqual([2]);
    expect(stage.finish('A', request, 3)).toBe(false);
    expect(stage.takeSent()).toEqual(['2→A']);
    // A cancelled run may have been cut short: nothing is learned from it.
    expect(stage.dispatcher.estimates.of('model').expectMs(100)).toBe(Number.POSITIVE_INFINITY);
  });

  it('does nothing twice, nor for a request that was answered or never submitted', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit();
    stage.dispatcher.withdraw(request, 0);
    stage.dispatcher.withdraw(request, 0);
    const early = new FakeRequest(9);
    stage.dispatcher.withdraw(early, 0);
    expect(stage.dispatcher.isIdle).toBe(true);
    stage.dispatcher.submit(early, 0);
    expect(stage.dispatcher.isIdle).toBe(true);
    expect(stage.dispatcher.depth).toBe(0);
  });
});

describe('draining a worker', () => {
  it('lets it finish and gives it nothing more', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit();
    stage.submit();
    stage.dispatcher.stopFeeding(stage.load('A'), 0);
    expect(stage.finish('A', request)).toBe(true);
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.workers('B');
    expect(stage.takeSent()).toEqual(['2→B']);
  });
});

describe('refusing', () => {
  const DRAINING = new RequestError('DRAINING', 'the server is stopping');

  it('ends everything at once', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    const [running, streaming] = stage.submitMany(4) as [FakeRequest, FakeRequest];
    stage.dispatcher.progressed(stage.load('B'), streaming, 0);
    stage.dispatcher.refuseAll(DRAINING);
    expect(stage.refused.sort()).toEqual(['1 DRAINING', '3 DRAINING', '4 DRAINING']);
    expect(stage.cutOff).toEqual([2]);
    expect(stage.dispatcher.isIdle).toBe(true);
    expect(stage.finish('A', running)).toBe(false);
    expect(stage.die('B')).toMatchObject({ dropped: 1 });
    expect(stage.refused).toHaveLength(3);
  });

  it('stands a port that calls back', () => {
    const stage = new Stage();
    stage.workers('A');
    stage.submitMany(4);
    stage.onRefuse = () => {
      for (const request of stage.dispatcher.unanswered()) {
        stage.dispatcher.withdraw(request, stage.nowMs);
        break;
      }
    };
    stage.dispatcher.refuseAll(DRAINING);
    expect(stage.dispatcher.isIdle).toBe(true);
    expect(stage.dispatcher.depth).toBe(0);
  });
});

describe('figures', () => {
  it('follow the requests', () => {
    const stage = new Stage();
    const { dispatcher } = stage;
    expect([dispatcher.isIdle, dispatcher.busyWorkers, dispatcher.oldestWaitMs(5)]).toEqual([
      true,
      0,
      0,
    ]);
    stage.workers('A', 'B');
    const [first] = stage.submitMany(3) as [FakeRequest];
    stage.nowMs = 8;
    expect([dispatcher.depth, dispatcher.inFlight, dispatcher.busyWorkers]).toEqual([1, 2, 2]);
    expect(dispatcher.oldestWaitMs(8)).toBe(8);
    stage.finish('A', first);
    expect(dispatcher.oldestWaitMs(8)).toBe(0);
    expect(dispatcher.isIdle).toBe(false);
  });

  it('count a wait over all stays in the queue, time at workers aside', () => {
    const stage = new Stage();
    const request = stage.submit();
    stage.nowMs = 10;
    stage.workers('A');
    stage.nowMs = 110;
    stage.die('A', 'ours');
    stage.nowMs = 115;
    expect(stage.dispatcher.oldestWaitMs(115)).toBe(15);
    stage.workers('B');
    expect(request.waitedMs).toBe(15);
    expect(request.dispatches).toBe(2);
    expect(request.dispatchedAtMs).toBe(115);
  });
});

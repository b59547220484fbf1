import { describe, expect, it, test } from 'vitest';
import type { FakeRequest, RequestFacts } from '../fake-request.js';
import { Stage } from '../stage.js';

/** A worker A that has all of these, its estimates at 0.1 ms. */
function busy(...facts: RequestFacts[]): { stage: Stage; requests: FakeRequest[] } {
  const stage = new Stage({ workAheadMs: 10 });
  for (const group of ['model', 'other']) stage.teach(0.1, group);
  stage.workers('A');
  const requests = facts.map((one) => stage.submit(one));
  expect(stage.load('A').inFlight).toBe(facts.length);
  return { stage, requests };
}

describe("a client's own limit", () => {
  it('ends its wait, and says whose limit it was', () => {
    const stage = new Stage();
    stage.nowMs = 500;
    stage.submit({ clientTimeoutMs: 100 });
    stage.submit({ queueDeadlineMs: 590, clientTimeoutMs: 100 });
    stage.dispatcher.sweep(600);
    expect(stage.takeRefused()).toEqual(['2 QUEUE_TIMEOUT']);
    stage.dispatcher.sweep(601);
    expect(stage.takeRefused()).toEqual(['1 QUEUE_TIMEOUT']);
    expect(stage.messages[0]).toContain("the server's limit for waiting");
    expect(stage.messages[1]).toContain('the client allows 100 ms for waiting and running');
  });

  it('is held at dispatch, however late the sweep comes', () => {
    const stage = new Stage();
    stage.submit({ clientTimeoutMs: 100 });
    stage.nowMs = 101;
    stage.workers('A');
    expect([stage.sent, stage.refused]).toEqual([[], ['1 QUEUE_TIMEOUT']]);
  });

  it('ends the answer, not the worker: the run is told to stop, and what comes late is dropped', () => {
    const { stage, requests } = busy({ clientTimeoutMs: 100 });
    stage.dispatcher.sweep(99);
    expect(stage.aborted).toEqual([]);
    for (const nowMs of [100, 150, 5000]) stage.dispatcher.sweep(nowMs);
    expect(stage.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
    expect(stage.messages[0]).toContain("the client's limit of 100 ms");
    expect(stage.aborted).toEqual(['1 at A']);
    expect(stage.killed).toEqual([]);
    expect(stage.finish('A', requests[0] as FakeRequest, 5100)).toBe(false);
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→A', '2→A']);
  });

  it('does not lift the execution timeout', () => {
    const { stage } = busy({ clientTimeoutMs: 100, timeoutMs: 300 });
    for (const nowMs of [100, 299]) stage.dispatcher.sweep(nowMs);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(300);
    expect(stage.killed).toEqual(['A overran']);
    expect(stage.refused).toEqual(['1 EXECUTION_TIMEOUT']);
  });

  it('counts waiting and running together, over all runs', () => {
    const { stage } = busy({ clientTimeoutMs: 100, queueDeadlineMs: 20 });
    stage.nowMs = 90;
    stage.die('A', 'ours');
    stage.dispatcher.sweep(100);
    expect(stage.refused).toEqual([]);
    stage.dispatcher.sweep(101);
    expect(stage.refused).toEqual(['1 QUEUE_TIMEOUT']);
    expect(stage.messages[0]).toContain('the client allows 100 ms');
  });

  it('holds for those behind the running one, too', () => {
    const { stage } = busy({}, { clientTimeoutMs: 100 });
    stage.dispatcher.sweep(100);
    expect(stage.refused).toEqual(['2 EXECUTION_TIMEOUT']);
    expect(stage.aborted).toEqual(['2 at A']);
  });

  it('holds at a worker that was killed and is not gone yet', () => {
    const { stage } = busy({ timeoutMs: 100 }, { clientTimeoutMs: 150 });
    stage.dispatcher.sweep(100);
    expect([stage.killed, stage.refused]).toEqual([['A overran'], []]);
    for (const nowMs of [150, 200]) stage.dispatcher.sweep(nowMs);
    expect(stage.takeRefused()).toEqual(['2 EXECUTION_TIMEOUT']);
    expect(stage.killed).toEqual(['A overran']);
  });

  it('cuts a stream off', () => {
    const { stage, requests } = busy({ clientTimeoutMs: 100 });
    stage.dispatcher.progressed(stage.load('A'), requests[0] as FakeRequest, 50);
    stage.dispatcher.sweep(100);
    expect([stage.cutOff, stage.aborted]).toEqual([[1], ['1 at A']]);
  });
});

describe('a run that can hear', () => {
  it('is told to stop at the limit, its client is answered then, and its worker lives on', () => {
    const { stage, requests } = busy({ timeoutMs: 100 });
    stage.load('A').asynchronous.add('model');
    stage.dispatcher.sweep(100);
    expect(stage.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
    expect([stage.aborted, stage.killed]).toEqual([['1 at A'], []]);
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.nowMs = 1099;
    stage.dispatcher.sweep(1099);
    expect(stage.giveUp('A', requests[0] as FakeRequest)).toBe(false);
    expect(stage.takeSent()).toEqual(['2→A']);
    stage.dispatcher.sweep(1150);
    expect(stage.killed).toEqual([]);
  });

  it('is killed when it has not stopped 1 s later', () => {
    const { stage } = busy({ timeoutMs: 100 });
    stage.load('A').asynchronous.add('model');
    for (const nowMs of [100, 600, 1099]) stage.dispatcher.sweep(nowMs);
    expect(stage.killed).toEqual([]);
    for (const nowMs of [1100, 1150]) stage.dispatcher.sweep(nowMs);
    expect(stage.killed).toEqual(['A ran on']);
  });

  it('blames nobody of several: they are told to stop, run again alone, and the worker lives on', () => {
    const { stage, requests } = busy({ timeoutMs: 100 }, { timeoutMs: 100 });
    stage.load('A').asynchronous.add('model');
    stage.dispatcher.sweep(100);
    expect(stage.refused).toEqual([]);
    expect(stage.aborted).toEqual(['1 at A', '2 at A']);
    stage.takeSent();
    const [first, second] = requests as [FakeRequest, FakeRequest];
    expect(stage.giveUp('A', first)).toBe(false);
    expect(stage.takeSent()).toEqual([]);
    expect(stage.giveUp('A', second)).toBe(false);
    expect(stage.takeSent()).toEqual(['1→A']);
    expect(stage.finish('A', first)).toBe(true);
    expect(stage.takeSent()).toEqual(['2→A']);
    expect(stage.killed).toEqual([]);
  });

  it('answers all the same when it was done before it heard', () => {
    const { stage, requests } = busy({ timeoutMs: 100 }, { timeoutMs: 100 });
    stage.load('A').asynchronous.add('model');
    stage.dispatcher.sweep(100);
    expect(stage.finish('A', requests[0] as FakeRequest)).toBe(true);
  });

  it('ends one of several that may not run twice, for its time, when it has stopped', () => {
    const { stage, requests } = busy({ timeoutMs: 100 }, { timeoutMs: 100, isRetryable: false });
    stage.load('A').asynchronous.add('model');
    stage.dispatcher.sweep(100);
    expect(stage.refused).toEqual([]);
    const [first, second] = requests as [FakeRequest, FakeRequest];
    expect(stage.giveUp('A', second)).toBe(false);
    expect(stage.takeRefused()).toEqual(['2 EXECUTION_TIMEOUT']);
    expect(stage.giveUp('A', first)).toBe(false);
    expect([stage.takeSent(), stage.killed]).toEqual([['1→A', '2→A', '1→A'], []]);
  });

  it('has its stream cut off for its time when that began before it heard', () => {
    const { stage, requests } = busy({ timeoutMs: 100 }, { timeoutMs: 100 });
    stage.load('A').asynchronous.add('model');
    stage.dispatcher.sweep(100);
    const [first] = requests as [FakeRequest];
    stage.dispatcher.progressed(stage.load('A'), first, 101);
    expect(stage.giveUp('A', first)).toBe(false);
    expect([stage.cutOff, stage.refused]).toEqual([[1], []]);
  });

  it('leaves those of another model behind it where they are', () => {
    const { stage, requests } = busy({ timeoutMs: 100 }, { group: 'other', timeoutMs: 50 });
    stage.load('A').asynchronous.add('model');
    stage.dispatcher.sweep(100);
    expect(stage.aborted).toEqual(['1 at A']);
    stage.giveUp('A', requests[0] as FakeRequest);
    expect(stage.load('A').running).toBe(requests[1]);
  });

  it('that was given up for another reason is answered as such', () => {
    const { stage, requests } = busy({});
    expect(stage.giveUp('A', requests[0] as FakeRequest)).toBe(true);
  });

  test.each([
    ['code that cannot hear', 'other', {}, 1],
    ['several that must not run twice', 'model', { isRetryable: false }, 2],
  ])('%s is killed at once', (_name, asynchronous, facts, count) => {
    const all = Array.from({ length: count }, () => ({ ...facts, timeoutMs: 100 }));
    const { stage } = busy(...all);
    stage.load('A').asynchronous.add(asynchronous);
    stage.dispatcher.sweep(100);
    expect([stage.killed, stage.aborted]).toEqual([['A overran'], []]);
    expect(stage.refused).toEqual(['1 EXECUTION_TIMEOUT']);
  });
});

describe('a stream', () => {
  it('that takes too long as a whole is cut, told to stop, and killed when it does not', () => {
    const { stage, requests } = busy({ streamTimeoutMs: 1000, timeoutMs: 300 });
    const [request] = requests as [FakeRequest];
    for (let nowMs = 200; nowMs < 1200; nowMs += 100) {
      stage.dispatcher.progressed(stage.load('A'), request, nowMs);
      stage.dispatcher.sweep(nowMs);
    }
    expect(stage.cutOff).toEqual([]);
    stage.dispatcher.sweep(1200);
    expect([stage.cutOff, stage.aborted]).toEqual([[1], ['1 at A']]);
    for (const nowMs of [1300, 2199]) {
      stage.dispatcher.progressed(stage.load('A'), request, nowMs);
      stage.dispatcher.sweep(nowMs);
    }
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(2200);
    expect(stage.killed).toEqual(['A ran on']);
  });

  it('counts what its client keeps it waiting', () => {
    const { stage, requests } = busy({ streamTimeoutMs: 1000, timeoutMs: 300 });
    const [request] = requests as [FakeRequest];
    stage.dispatcher.progressed(stage.load('A'), request, 0);
    request.isHeldBack = true;
    stage.dispatcher.sweep(999);
    expect(stage.cutOff).toEqual([]);
    stage.dispatcher.sweep(1000);
    expect(stage.cutOff).toEqual([1]);
  });

  it('has no such limit unless told, and none before its first piece', () => {
    const { stage } = busy({ streamTimeoutMs: 10 }, {});
    stage.dispatcher.sweep(9999);
    expect([stage.cutOff, stage.aborted]).toEqual([[], []]);
  });
});

describe('a worker without work', () => {
  const options = { workAheadMs: 1, deafAfterMs: 1000 };

  it('is asked whether it hears, and killed when it does not answer', () => {
    const stage = new Stage(options);
    stage.workers('A');
    for (const nowMs of [400, 500, 900, 1499]) stage.dispatcher.sweep(nowMs);
    expect([stage.pinged, stage.killed]).toEqual([['A'], []]);
    for (const nowMs of [1500, 1600]) stage.dispatcher.sweep(nowMs);
    expect(stage.killed).toEqual(['A deaf']);
    stage.submit();
    expect(stage.sent).toEqual([]);
  });

  it('is not asked while it has work, and never deaf for that', () => {
    const stage = new Stage(options);
    stage.workers('A', 'B');
    stage.submit();
    stage.nowMs = 600;
    stage.dispatcher.sweep(600);
    expect(stage.pinged).toEqual(['B']);
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
    for (const nowMs of [1600, 5000]) stage.dispatcher.sweep(nowMs);
    expect(stage.killed).toEqual([]);
  });

  it('that owes an answer is chosen last', () => {
    const stage = new Stage(options);
    stage.teach(0.3);
    stage.workers('A', 'B');
    stage.dispatcher.sweep(500);
    stage.load('B').hearing.heard(501);
    stage.nowMs = 650;
    stage.submitMany(5);
    expect(stage.takeSent()).toEqual(['1→B', '2→B', '3→B', '4→B', '5→A']);
  });

  it('and that was deaf before it got a request is to blame for it, not the request', () => {
    const stage = new Stage(options);
    stage.workers('A');
    stage.dispatcher.sweep(500);
    stage.nowMs = 600;
    const request = stage.submit({ timeoutMs: 100 });
    stage.dispatcher.sweep(700);
    expect([stage.killed, stage.refused]).toEqual([['A deaf'], []]);
    stage.nowMs = 710;
    expect(stage.die('A', 'ours')).toMatchObject({ runAgain: 1 });
    stage.workers('B');
    expect(stage.finish('B', request)).toBe(true);
  });

  it('but not where the request came together with the question', () => {
    const stage = new Stage(options);
    stage.workers('A');
    stage.dispatcher.sweep(500);
    stage.nowMs = 501;
    stage.submit({ timeoutMs: 100 });
    stage.dispatcher.sweep(601);
    expect([stage.killed, stage.refused]).toEqual([['A overran'], ['1 EXECUTION_TIMEOUT']]);
  });

  it('is not asked while it leaves', () => {
    const stage = new Stage(options);
    const [load] = stage.workers('A');
    if (load !== undefined) stage.dispatcher.stopFeeding(load, 0);
    stage.dispatcher.sweep(9000);
    expect(stage.pinged).toEqual([]);
  });
});

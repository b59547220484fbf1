import { describe, expect, it } from 'vitest';
import type { FakeRequest } from './fake-request.js';
import { Stage } from './stage.js';

/** Runs of 5 ms, known for certain; of `slow` so many may be at workers. */
function limitedTo(most: number, ...workers: string[]): Stage {
  const made = new Stage({ workAheadMs: 1, mayStandBy: true });
  made.teach(5);
  made.dispatcher.limits.learn([{ name: 'slow', maxInFlight: most }]);
  made.workers(...workers);
  return made;
}

function submitSlow(stage: Stage, count: number): FakeRequest[] {
  return stage.submitMany(count, { key: 'slow' });
}

function inFlightOf(stage: Stage): number {
  return stage.dispatcher.limits.of('slow').inFlight;
}

/** Two that run at A and B, and one that follows each; nobody more may. */
function fullHouse(...more: string[]): { stage: Stage; requests: FakeRequest[] } {
  const stage = limitedTo(2, 'A', 'B', ...more);
  const requests = submitSlow(stage, 4);
  expect(stage.takeSent()).toEqual(['1→A', '2→B', '3→A', '4→B']);
  expect(inFlightOf(stage)).toBe(2);
  return { stage, requests };
}

describe('of a model with a limit, one that stands by', () => {
  it('takes the place of the one before it, when that ends, and another one follows', () => {
    const stage = limitedTo(1, 'A', 'B');
    const [first, second] = submitSlow(stage, 4) as [FakeRequest, FakeRequest];
    expect(stage.takeSent()).toEqual(['1→A', '2→A']);
    expect([inFlightOf(stage), stage.dispatcher.inFlight, stage.dispatcher.depth]).toEqual([
      1, 2, 2,
    ]);
    stage.nowMs = 5;
    expect(stage.finish('A', first, 5)).toBe(true);
    expect([inFlightOf(stage), second.hasPlace, second.isStandby]).toEqual([1, true, false]);
    expect(stage.takeSent()).toEqual(['3→A']);
  });

  it.each([
    { most: 2, what: 'as many as there are workers' },
    { most: 3, what: 'more than there are workers' },
  ])('goes to a worker that is free before ($what may run)', ({ most }) => {
    const stage = limitedTo(most, 'A', 'B');
    const [first, second, third] = submitSlow(stage, 3) as [FakeRequest, FakeRequest, FakeRequest];
    expect(stage.takeSent()).toEqual(['1→A', '2→B', '3→A']);
    stage.nowMs = 5;
    stage.finish('B', second, 5);
    expect([stage.aborted, stage.takeSent()]).toEqual([['3 at A'], ['3→B']]);
    expect(inFlightOf(stage)).toBe(2);
    stage.finish('A', first, 5);
    expect(stage.finish('B', third, 5)).toBe(true);
  });

  it('goes to any idle worker as soon as its limit has a place, and not before', () => {
    const stage = limitedTo(2, 'A', 'B', 'C');
    const other = stage.submit({ key: 'other' });
    const [one] = submitSlow(stage, 3) as [FakeRequest];
    expect(stage.takeSent()).toEqual(['1→A', '2→B', '3→C', '4→B']);
    stage.nowMs = 4;
    stage.finish('A', other, 4);
    expect(stage.takeSent()).toEqual([]);
    stage.finish('C', stage.load('C').running as FakeRequest, 4);
    expect([stage.aborted, stage.takeSent()]).toEqual([['4 at B'], ['4→A']]);
    expect(inFlightOf(stage)).toBe(2);
    stage.finish('B', one, 4);
  });

  it('leaves a stub when it is taken back, which has that place until its worker is through with it', () => {
    const { stage, requests } = fullHouse('C');
    stage.submit({ key: 'other' });
    const [first, second, third, fourth] = requests as [
      FakeRequest,
      FakeRequest,
      FakeRequest,
      FakeRequest,
    ];
    stage.nowMs = 5;
    stage.finish('B', second, 5);
    stage.nowMs = 11; // 1 takes much longer than such runs do
    stage.finish('B', fourth, 5);
    expect([stage.aborted, stage.takeSent()]).toEqual([['3 at A'], ['5→C', '3→B']]);
    const [fifth] = submitSlow(stage, 2);
    expect(fifth).toBeDefined();
    stage.finish('A', first, 11);
    stage.finish('C', stage.load('C').running as FakeRequest, 5);
    // The stub may have begun at A before it heard: with 3 at B that makes two.
    expect(inFlightOf(stage)).toBe(2);
    expect(stage.takeSent()).toEqual(['6→B']);
    stage.giveUp('A', stage.load('A').running as FakeRequest);
    expect(inFlightOf(stage)).toBe(2);
    expect(stage.finish('B', third, 5)).toBe(true);
  });

  it('is none behind another model, whose place is not in its limit', () => {
    const stage = limitedTo(1, 'A', 'B');
    stage.submitMany(2, { key: 'other' });
    submitSlow(stage, 1);
    stage.submit({ key: 'other' });
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
  });

  it('lets one of a model without a limit stand by behind it, and has none there then', () => {
    const stage = limitedTo(1, 'A');
    submitSlow(stage, 1);
    stage.submit({ key: 'other' });
    submitSlow(stage, 1);
    expect(stage.takeSent()).toEqual(['1→A', '2→A']);
    expect(inFlightOf(stage)).toBe(1);
  });

  it('is none while an earlier one of the same limit waits, which is to have the next place', () => {
    const stage = new Stage({ workAheadMs: 1, mayStandBy: true });
    stage.teach(5);
    stage.dispatcher.limits.learn([{ name: 'slow', maxInFlight: 1 }]);
    stage.holder('A', 'slow/2', 'other');
    stage.holder('B', 'slow/1');
    const first = stage.submit({ key: 'slow/2' });
    stage.submit({ key: 'slow/1' });
    stage.submit({ key: 'slow/2' });
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.finish('A', first, 5);
    // And 3 stands behind nobody, for A runs nothing now.
    expect(stage.takeSent()).toEqual(['2→B']);
  });

  it('is none, either, while that one waits for a worker', () => {
    const stage = new Stage({ workAheadMs: 1, mayStandBy: true });
    stage.teach(5);
    stage.dispatcher.limits.learn([{ name: 'slow', maxInFlight: 1 }]);
    stage.holder('A', 'slow/1', 'other');
    stage.holder('B', 'slow/2');
    stage.submit({ key: 'other' });
    stage.mayDispatch = false;
    stage.submit({ key: 'slow/1' });
    stage.submitMany(2, { key: 'slow/2' });
    stage.mayDispatch = true;
    stage.dispatcher.dispatch(0);
    expect(stage.takeSent()).toEqual(['1→A', '3→B']);
  });

  it('is none that may not be dispatched any more', () => {
    const stage = limitedTo(1, 'A', 'B');
    submitSlow(stage, 1);
    stage.nowMs = 2;
    stage.submit({ key: 'slow', queueDeadlineMs: 1 });
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.dispatcher.sweep(2);
    expect(stage.takeRefused()).toEqual(['2 QUEUE_TIMEOUT']);
  });

  it('is taken back when the limit is lowered, and none follows until that holds again', () => {
    const { stage, requests } = fullHouse();
    stage.dispatcher.limits.learn([{ name: 'slow', maxInFlight: 1 }]);
    stage.nowMs = 5;
    stage.finish('A', requests[0] as FakeRequest, 5);
    // It has begun: what was at workers stays.
    expect(inFlightOf(stage)).toBe(2);
    expect(stage.aborted).toEqual(['4 at B']);
    stage.finish('A', requests[2] as FakeRequest, 5);
    expect([inFlightOf(stage), stage.takeSent()]).toEqual([1, []]);
    stage.finish('B', requests[1] as FakeRequest, 5);
    stage.giveUp('B', stage.load('B').running as FakeRequest);
    expect(stage.takeSent()).toEqual(['4→A']);
  });

  it('costs no place when its worker dies, and is charged nothing', () => {
    const { stage, requests } = fullHouse();
    stage.die('A');
    expect(requests.map(({ selfInflictedDeaths }) => selfInflictedDeaths)).toEqual([1, 0, 0, 0]);
    expect([inFlightOf(stage), stage.dispatcher.depth]).toEqual([1, 2]);
    stage.die('B');
    expect([inFlightOf(stage), stage.dispatcher.inFlight, stage.dispatcher.depth]).toEqual([
      0, 0, 4,
    ]);
  });

  it('that leaves before the one before it has never had a place', () => {
    const { stage, requests } = fullHouse();
    const third = requests[2] as FakeRequest;
    stage.dispatcher.withdraw(third, 1);
    expect(stage.finish('A', third)).toBe(false);
    expect([inFlightOf(stage), stage.load('A').standby]).toEqual([2, undefined]);
    submitSlow(stage, 1);
    expect(stage.takeSent()).toEqual(['5→A']);
  });
});

describe('a request that stands by', () => {
  /** A runs one, the second stands by, and the third came when so little was left that it might. */
  function three(): { stage: Stage; requests: FakeRequest[] } {
    const stage = new Stage({ workAheadMs: 1, mayStandBy: true });
    stage.teach(5);
    stage.teach(0.4, 'tiny');
    stage.workers('A');
    const requests = [stage.submit({ timeoutMs: 100 }), stage.submit({ group: 'tiny' })];
    stage.nowMs = 4.8;
    requests.push(stage.submit({ group: 'tiny' }));
    expect(stage.takeSent()).toEqual(['1→A', '2→A', '3→A']);
    return { stage, requests };
  }

  it('has begun when it is the first, whatever else its worker was given meanwhile', () => {
    const { stage, requests } = three();
    const [first, second] = requests as [FakeRequest, FakeRequest];
    stage.nowMs = 5;
    stage.finish('A', first, 5);
    expect([second.isStandby, stage.load('A').standby]).toEqual([false, undefined]);
    stage.die('A');
    expect(second.selfInflictedDeaths).toBe(1);
  });

  it('is no suspect when one of the others there did not end in time', () => {
    const { stage, requests } = three();
    stage.nowMs = 100;
    stage.dispatcher.sweep(100);
    expect(stage.killed).toEqual(['A overran']);
    expect(requests.map(({ mayHaveOverrun }) => mayHaveOverrun)).toEqual([true, false, true]);
  });
});

import { describe, expect, it } from 'vitest';
import { type Priority, weightsOf } from '../../../../src/queue/waiting/priority.js';
import { Ranks } from '../../../../src/queue/waiting/ranks.js';
import { FakeRequest } from '../fake-request.js';
import { Stage } from '../stage.js';

describe('weightsOf', () => {
  it.each([0.01, 0.05, 0.1, 0.33])('gives low a share of %f, and each class more', (share) => {
    const { high, normal, low } = weightsOf(share);
    expect(low / (high + normal + low)).toBeCloseTo(share);
    expect(high / normal).toBeCloseTo(normal / low);
    expect(normal).toBeGreaterThanOrEqual(low);
  });
});

describe('Ranks', () => {
  it('are arrival numbers where there is one class', () => {
    const ranks = new Ranks(undefined);
    for (const arrival of [3, 1, 7]) {
      const request = new FakeRequest(arrival);
      ranks.give(request);
      expect(request.rank).toBe(arrival);
    }
    expect(ranks.areWeighted).toBe(false);
  });

  it('grow inside a class, and a class that was silent has saved nothing up', () => {
    const ranks = new Ranks({ high: 4, normal: 2, low: 1 });
    const give = (priority: Priority): FakeRequest => {
      const request = new FakeRequest(1, { priority });
      ranks.give(request);
      return request;
    };
    expect(give('normal').rank).toBe(0.5);
    const second = give('normal');
    expect(second.rank).toBe(1);
    expect(give('high').rank).toBe(0.25);
    ranks.served(second);
    expect(give('low').rank).toBe(2);
    expect(give('high').rank).toBe(1.25);
  });
});

it('take other weights for who comes from then on, behind all who wait', () => {
  const ranks = new Ranks(undefined);
  const give = (arrival: number, priority: Priority): number => {
    const request = new FakeRequest(arrival, { priority });
    ranks.give(request);
    return request.rank;
  };
  expect([give(7, 'normal'), give(8, 'high')]).toEqual([7, 8]);
  ranks.weigh({ high: 4, normal: 2, low: 1 });
  expect([give(9, 'low'), give(10, 'high'), give(11, 'normal')]).toEqual([9, 8.25, 8.5]);
  ranks.weigh(undefined);
  expect(ranks.areWeighted).toBe(false);
  expect(give(12, 'low')).toBe(12);
});

/** Serves all, one at a time; the classes in order of dispatch. */
function served(stage: Stage, count: number): Priority[] {
  const byArrival = new Map<number, FakeRequest>();
  for (const request of stage.dispatcher.unanswered()) byArrival.set(request.arrival, request);
  const order: Priority[] = [];
  for (let n = 0; n < count; n += 1) {
    const request = byArrival.get(Number.parseInt(stage.takeSent()[0] ?? '', 10));
    if (request === undefined) break;
    order.push(request.priority);
    stage.finish('A', request);
  }
  return order;
}

function share(order: readonly Priority[], priority: Priority): number {
  return order.filter((one) => one === priority).length / order.length;
}

describe('requests with priorities', () => {
  function backlog(options: { high: number; normal: number; low: number }): Stage {
    const stage = new Stage({ workAheadMs: 1, lowPriorityShare: 0.1 });
    for (const priority of ['low', 'normal', 'high'] as const) {
      stage.submitMany(options[priority], { priority });
    }
    stage.workers('A');
    return stage;
  }

  it('go by their shares while all classes wait, and low gets what was promised', () => {
    const order = served(backlog({ high: 1000, normal: 1000, low: 1000 }), 900);
    expect(share(order, 'low')).toBeCloseTo(0.1, 1);
    expect(share(order, 'low')).toBeGreaterThan(0.095);
    expect(share(order, 'high')).toBeGreaterThan(2 * share(order, 'normal'));
  });

  it('leave to the others what a class does not use', () => {
    const order = served(backlog({ high: 0, normal: 0, low: 50 }), 50);
    expect(share(order, 'low')).toBe(1);
  });

  it('let a few urgent ones pass many that are not', () => {
    const order = served(backlog({ high: 3, normal: 0, low: 500 }), 503);
    expect(order.lastIndexOf('high')).toBeLessThan(5);
  });

  it('keep their order inside a class', () => {
    const stage = backlog({ high: 0, normal: 20, low: 20 });
    const arrivals: number[] = [];
    for (let sent = stage.takeSent()[0]; sent !== undefined; sent = stage.takeSent()[0]) {
      arrivals.push(Number.parseInt(sent, 10));
      stage.finish('A', stage.load('A').running as FakeRequest);
    }
    const low = arrivals.filter((arrival) => arrival <= 20);
    const normal = arrivals.filter((arrival) => arrival > 20);
    expect(low).toEqual([...low].sort((a, b) => a - b));
    expect(normal).toEqual([...normal].sort((a, b) => a - b));
    expect(arrivals).toHaveLength(40);
  });

  it('that run again keep their rank', () => {
    const stage = new Stage({ workAheadMs: 1, lowPriorityShare: 0.1 });
    stage.workers('A');
    stage.submit({ priority: 'low' });
    stage.submitMany(2, { priority: 'high' });
    stage.die('A');
    stage.workers('B');
    expect(stage.takeSent()).toEqual(['1→A', '1→B']);
  });

  it('count together when it is said how long the longest has waited', () => {
    const stage = backlog({ high: 1, normal: 0, low: 1 });
    expect(stage.dispatcher.oldestWaitMs(50)).toBe(50);
  });
});

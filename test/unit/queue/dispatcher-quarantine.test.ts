import { describe, expect, it } from 'vitest';
import type { Death } from '../../../src/queue/fate/quarantine.js';
import type { FakeRequest } from './fake-request.js';
import { Stage } from './stage.js';

/** A stage whose worker A has died with these requests in it. */
function afterDeath(count: number, death: Death = 'self-inflicted') {
  const stage = new Stage();
  stage.teach(0.1);
  stage.workers('A');
  const requests = stage.submitMany(count);
  const casualties = stage.die('A', death);
  stage.takeSent();
  return { stage, requests, casualties };
}

describe('a death', () => {
  it.each<Death>(['self-inflicted', 'unexplained'])(
    '(%s) makes suspects of all that were there: each runs alone',
    (death) => {
      const { stage, requests, casualties } = afterDeath(3, death);
      expect(casualties).toEqual({ runAgain: 3, refused: 0, cutOff: 0, dropped: 0 });
      stage.workers('B');
      for (const request of requests) {
        expect(stage.takeSent()).toEqual([`${request.arrival}→B`]);
        expect(stage.finish('B', request, 0.1)).toBe(true);
      }
      expect(stage.dispatcher.isIdle).toBe(true);
    },
  );

  it('by the master makes no suspects: they run together again', () => {
    const { stage } = afterDeath(3, 'ours');
    stage.workers('B');
    expect(stage.takeSent()).toEqual(['1→B', '2→B', '3→B']);
  });

  it('of an empty worker concerns nobody', () => {
    const { stage, casualties } = afterDeath(0);
    expect(casualties).toEqual({ runAgain: 0, refused: 0, cutOff: 0, dropped: 0 });
    expect(stage.dispatcher.isIdle).toBe(true);
  });

  it('ends what may not run twice, what has begun, and what nobody waits for', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    stage.submit({ isRetryable: false });
    const streaming = stage.submit({ key: 'other' });
    stage.dispatcher.progressed(stage.load('A'), streaming, 0);
    stage.dispatcher.withdraw(stage.submit(), 0);
    stage.submit();
    expect(stage.die('A')).toEqual({ runAgain: 1, refused: 1, cutOff: 1, dropped: 1 });
    expect(stage.refused).toEqual(['1 WORKER_CRASHED']);
    expect(stage.messages[0]).toContain('does not allow running it again');
    expect(stage.cutOff).toEqual([2]);
    expect([...stage.dispatcher.unanswered()].map((request) => request.arrival)).toEqual([4]);
  });

  it('puts all back in their places before anybody hears of it', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A', 'B');
    stage.dispatcher.stopFeeding(stage.load('B'), 0);
    stage.submit({ isRetryable: false });
    stage.submit();
    stage.onRefuse = () => {
      stage.submit();
      stage.workers('C');
    };
    stage.takeSent();
    stage.die('A', 'ours');
    expect(stage.takeSent()).toEqual(['2→C', '3→C']);
  });

  it('counts a request once that is withdrawn while others are refused', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A');
    const [, second] = stage.submitMany(2, { isRetryable: false }) as [FakeRequest, FakeRequest];
    stage.onRefuse = () => stage.dispatcher.withdraw(second, 0);
    expect(stage.die('A')).toEqual({ runAgain: 0, refused: 1, cutOff: 0, dropped: 1 });
    expect(stage.dispatcher.isIdle).toBe(true);
  });
});

describe('poison', () => {
  it('gets 500 after exactly two deaths', () => {
    const { stage } = afterDeath(1);
    stage.workers('B');
    expect(stage.die('B')).toMatchObject({ refused: 1, runAgain: 0 });
    expect(stage.refused).toEqual(['1 WORKER_CRASHED']);
    expect(stage.messages[0]).toContain('2 workers died of this request');
    expect(stage.dispatcher.isIdle).toBe(true);
  });

  it('by unexplained deaths gets it at the fifth', () => {
    const stage = new Stage();
    stage.submit();
    for (const name of ['A', 'B', 'C', 'D', 'E']) {
      expect(stage.refused).toEqual([]);
      stage.workers(name);
      stage.die(name, 'unexplained');
    }
    expect(stage.refused).toEqual(['1 WORKER_CRASHED']);
  });
});

describe('a suspect', () => {
  it('reserves the worker that is empty soonest; nothing joins there, others go on', () => {
    const { stage } = afterDeath(0);
    stage.workers('A', 'B');
    const poisoned = stage.submit();
    expect(stage.takeSent()).toEqual([`${poisoned.arrival}→A`]);
    const long = stage.submitMany(2);
    expect(stage.takeSent()).toHaveLength(2);
    stage.workers('C');
    const onC = stage.submitMany(3);
    stage.die('A');
    // B and C carry work; the suspect takes one for itself and the other goes on.
    const reserved = stage.load('B').reservedFor === poisoned ? 'B' : 'C';
    const other = reserved === 'B' ? 'C' : 'B';
    expect(stage.load(reserved).reservedFor).toBe(poisoned);
    stage.takeSent();
    stage.submitMany(2);
    expect(stage.takeSent().every((line) => line.endsWith(other))).toBe(true);
    for (const request of [...long, ...onC]) {
      if (stage.load(reserved).requests.has(request)) stage.finish(reserved, request, 0.1);
    }
    expect(stage.takeSent()).toContain(`${poisoned.arrival}→${reserved}`);
    stage.submitMany(3);
    expect(stage.takeSent().every((line) => line.endsWith(other))).toBe(true);
    expect(stage.load(reserved).inFlight).toBe(1);
    stage.finish(reserved, poisoned, 0.1);
    stage.submitMany(2);
    expect(stage.takeSent().some((line) => line.endsWith(reserved))).toBe(true);
  });

  it('reserves the worker with the least in front', () => {
    const stage = new Stage();
    stage.teach(9, 'long');
    stage.teach(2, 'short');
    stage.workers('A', 'B', 'C', 'D');
    stage.submit({ group: 'short' });
    for (const group of ['long', 'short', 'long']) stage.submit({ group });
    stage.die('A');
    expect(stage.load('C').reservedFor?.arrival).toBe(1);
  });

  it('does not overtake who arrived before it', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    const requests = stage.submitMany(4) as [FakeRequest, FakeRequest, FakeRequest, FakeRequest];
    stage.takeSent();
    stage.die('B'); // request 2 is a suspect and goes in before 3 and 4
    stage.submit();
    stage.finish('A', requests[0]);
    expect(stage.takeSent()).toEqual(['2→A']);
    stage.finish('A', requests[1]);
    expect(stage.takeSent()).toEqual(['3→A']);
  });

  it('makes everybody wait where there is only one worker', () => {
    const { stage, requests } = afterDeath(2);
    stage.workers('B');
    stage.submitMany(2);
    expect(stage.takeSent()).toEqual(['1→B']);
    stage.finish('B', requests[0] as FakeRequest, 0.1);
    expect(stage.takeSent()).toEqual(['2→B']);
    stage.finish('B', requests[1] as FakeRequest, 0.1);
    expect(stage.takeSent()).toEqual(['3→B', '4→B']);
  });

  it('runs beside others of its kind, each alone on a worker of its own', () => {
    const { stage, requests } = afterDeath(4);
    stage.workers('B', 'C', 'D');
    expect(stage.takeSent()).toEqual(['1→B', '2→C', '3→D']);
    stage.submit();
    expect(stage.takeSent()).toEqual([]);
    stage.finish('C', requests[1] as FakeRequest, 0.1);
    expect(stage.takeSent()).toEqual(['4→C']);
    stage.finish('D', requests[2] as FakeRequest, 0.1);
    expect(stage.takeSent()).toEqual(['5→D']);
  });

  it('still counts as waiting while its worker empties', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    stage.submitMany(2, { bytes: 10 });
    stage.die('A');
    stage.nowMs = 4;
    expect(stage.load('B').reservedFor?.arrival).toBe(1);
    expect(stage.dispatcher.depth).toBe(1);
    expect(stage.dispatcher.oldestWaitMs(4)).toBe(4);
    expect([...stage.dispatcher.unanswered()].map((request) => request.arrival)).toEqual([1, 2]);
  });

  it('gives its reservation up when its client leaves', () => {
    const stage = new Stage();
    stage.teach(0.1);
    stage.workers('A', 'B');
    const [suspect] = stage.submitMany(2) as [FakeRequest, FakeRequest];
    stage.die('A');
    stage.submit();
    stage.takeSent();
    stage.dispatcher.withdraw(suspect, 0);
    expect(stage.load('B').reservedFor).toBeUndefined();
    expect(stage.takeSent()).toEqual(['3→B']);
  });

  it('is dropped when its client has left before its worker dies', () => {
    const { stage, requests } = afterDeath(1);
    stage.workers('B');
    stage.dispatcher.withdraw(requests[0] as FakeRequest, 0);
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→B']);
    expect(stage.die('B')).toMatchObject({ dropped: 1, refused: 0 });
    stage.workers('C');
    expect(stage.takeSent()).toEqual(['2→C']);
    expect(stage.refused).toEqual([]);
  });

  it('whose client left keeps its worker for itself until the worker is through with it', () => {
    const { stage, requests } = afterDeath(1);
    stage.workers('B');
    stage.dispatcher.withdraw(requests[0] as FakeRequest, 0);
    stage.submit();
    expect(stage.takeSent()).toEqual(['1→B']);
    stage.finish('B', requests[0] as FakeRequest);
    expect(stage.takeSent()).toEqual(['2→B']);
  });

  it.each(['dies', 'drains'])('reserves another worker when its own %s', (what) => {
    const stage = new Stage();
    stage.workers('A', 'B', 'C');
    const [, second] = stage.submitMany(3) as [FakeRequest, FakeRequest, FakeRequest];
    stage.die('A');
    expect(stage.load('B').reservedFor?.arrival).toBe(1);
    if (what === 'dies') stage.die('B', 'ours');
    else stage.dispatcher.stopFeeding(stage.load('B'), 0);
    expect(stage.load('C').reservedFor?.arrival).toBe(1);
    expect(stage.load('B').reservedFor).toBeUndefined();
    expect(stage.finish('B', second)).toBe(what === 'drains');
  });

  it('waits for its own worker’s link', () => {
    const { stage } = afterDeath(1);
    stage.backedUp.add('B');
    stage.workers('B');
    expect(stage.takeSent()).toEqual([]);
    stage.backedUp.delete('B');
    stage.dispatcher.dispatch(0);
    expect(stage.takeSent()).toEqual(['1→B']);
  });

  it('that was answered is like everybody again', () => {
    const { stage, requests } = afterDeath(1);
    stage.workers('B');
    stage.finish('B', requests[0] as FakeRequest, 0.1);
    stage.takeSent();
    stage.submitMany(2);
    expect(stage.takeSent()).toEqual(['2→B', '3→B']);
  });
});

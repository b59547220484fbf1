import { describe, expect, it } from 'vitest';
import type { FakeRequest, RequestFacts } from './fake-request.js';
import { Stage } from './stage.js';

/** A and B, with so many tiny requests sent ahead to A while B was not there. */
function stuckAtA(count: number, facts: RequestFacts = {}) {
  const stage = new Stage();
  stage.teach(0.02);
  stage.workers('A');
  const requests = stage.submitMany(count, facts);
  stage.workers('B');
  stage.takeSent();
  return { stage, requests };
}

describe('a run that takes ten times as long as was expected', () => {
  it('loses what was sent ahead behind it: that goes elsewhere, each to an empty worker', () => {
    const { stage, requests } = stuckAtA(3);
    stage.nowMs = 10;
    stage.dispatcher.sweep(10);
    expect(stage.takeSent()).toEqual([]);
    stage.nowMs = 11;
    stage.dispatcher.sweep(11);
    expect(stage.aborted).toEqual(['2 at A', '3 at A']);
    expect(stage.takeSent()).toEqual(['2→B']);
    const [, second, third] = requests;
    if (second === undefined || third === undefined) throw new Error('three were sent');
    expect(stage.finish('B', second, 0.02)).toBe(true);
    expect(stage.takeSent()).toEqual(['3→B']);
    expect(stage.finish('B', third, 0.02)).toBe(true);
  });

  it('and late answers of the slow worker go nowhere, whether it ran them or not', () => {
    const { stage, requests } = stuckAtA(3);
    stage.nowMs = 11;
    stage.dispatcher.sweep(11);
    const load = stage.load('A');
    const stubs = [2, 3].map((id) => load.find(id));
    expect(load.inFlight).toBe(3);
    expect(stage.finish('A', requests[0] as never, 11)).toBe(true);
    expect(stage.finish('A', stubs[0] as never, 0.02)).toBe(false);
    expect(stage.giveUp('A', stubs[1] as never)).toBe(false);
    // Free again, it gets the other one anew.
    expect(stage.takeSent()).toEqual(['2→B', '3→A']);
    expect(load.inFlight).toBe(1);
    expect(stage.refused).toEqual([]);
  });

  it('is counted once, where it went, and that it was taken back', () => {
    const { stage, requests } = stuckAtA(3);
    const { dispatcher } = stage;
    expect([dispatcher.inFlight, dispatcher.depth, dispatcher.takingBack.count]).toEqual([3, 0, 0]);
    stage.nowMs = 11;
    dispatcher.sweep(11);
    expect([dispatcher.inFlight, dispatcher.depth, dispatcher.takingBack.count]).toEqual([2, 1, 2]);
    const load = stage.load('A');
    const stub = load.find(2);
    expect([load.ownInFlight, load.inFlight]).toEqual([1, 3]);
    stage.finish('A', requests[0] as never, 11);
    stage.giveUp('A', stub as never);
    stage.giveUp('A', load.find(3) as never);
    expect([load.ownInFlight, load.inFlight]).toEqual([1, 1]);
    expect([dispatcher.inFlight, dispatcher.depth]).toEqual([2, 0]);
  });

  it('runs again alone when it never ends: one of the others may be to blame all the same', () => {
    const { stage, requests } = stuckAtA(3, { timeoutMs: 1000 });
    stage.nowMs = 11;
    stage.dispatcher.sweep(11);
    for (const request of requests.slice(1)) stage.finish('B', request, 0.02);
    stage.takeSent();
    stage.nowMs = 1001;
    stage.dispatcher.sweep(1001);
    expect(stage.killed).toEqual(['A overran']);
    expect(stage.die('A', 'ours')).toEqual({ runAgain: 1, refused: 0, cutOff: 0, dropped: 2 });
    expect(stage.takeSent()).toEqual(['1→B']);
    stage.nowMs = 2002;
    stage.dispatcher.sweep(2002);
    expect(stage.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
  });

  it('costs one worker more at the most, whatever was hidden behind it', () => {
    const { stage, requests } = stuckAtA(3);
    stage.workers('C');
    stage.nowMs = 11;
    stage.dispatcher.sweep(11);
    expect(stage.takeSent()).toEqual(['2→B', '3→C']);
    stage.nowMs = 40;
    stage.dispatcher.sweep(40);
    expect(stage.aborted).toHaveLength(2);
    expect(requests.every(({ wasTakenBack }, index) => wasTakenBack === index > 0)).toBe(true);
  });

  it('that was taken back and its worker dies is dropped there and answered elsewhere', () => {
    const { stage, requests } = stuckAtA(2);
    stage.nowMs = 11;
    stage.dispatcher.sweep(11);
    expect(stage.die('A')).toEqual({ runAgain: 1, refused: 0, cutOff: 0, dropped: 1 });
    expect(requests[1]?.selfInflictedDeaths).toBe(0);
    expect(stage.finish('B', requests[1] as never, 0.02)).toBe(true);
  });

  it.each<[string, RequestFacts]>([
    ['may not run twice', { isRetryable: false }],
    ['asks for what no other worker has', { key: 'rare' }],
  ])('keeps what %s', (_why, facts) => {
    const stage = new Stage();
    stage.teach(0.02);
    stage.holder('A', 'rare', 'model');
    stage.submitMany(3, { key: 'model', ...facts });
    stage.holder('B', 'model');
    stage.takeSent();
    stage.nowMs = 50;
    stage.dispatcher.sweep(50);
    expect(stage.aborted).toEqual([]);
  });

  it('keeps what may be in one batch with it: that has begun', () => {
    const stage = new Stage();
    stage.dispatcher.estimates.batchBy(new Map([['model', { maxRows: 64, maxDelayMs: 0 }]]));
    stage.teach(0.02);
    stage.teach(0.02, 'other');
    stage.workers('A');
    stage.submitMany(2);
    stage.submit({ group: 'other' });
    stage.workers('B');
    stage.nowMs = 50;
    stage.dispatcher.sweep(50);
    expect(stage.aborted).toEqual(['3 at A']);
  });

  it('keeps all where everybody is late: the machine is slow, not the request', () => {
    const { stage } = stuckAtA(3);
    stage.submit();
    expect(stage.takeSent()).toEqual(['4→B']);
    stage.nowMs = 50;
    stage.dispatcher.sweep(50);
    expect(stage.aborted).toEqual([]);
  });
});

describe('a model with a limit', () => {
  const MOST = 4;

  function limited(): Stage {
    const stage = new Stage();
    stage.dispatcher.limits.learn([{ name: 'model', maxInFlight: MOST }]);
    stage.teach(0.02);
    stage.workers('A');
    return stage;
  }

  /** Two of three are taken back from A, and one of them is at B, which comes only then. */
  function takenBackFromA(stage: Stage): FakeRequest[] {
    const requests = stage.submitMany(3, { key: 'model' });
    stage.workers('B');
    stage.takeSent();
    stage.nowMs += 11;
    stage.dispatcher.sweep(stage.nowMs);
    return requests;
  }

  const atWorkers = ({ dispatcher }: Stage): number => dispatcher.limits.of('model').inFlight;

  /** What A does with its three, of which two are stubs: how many of the model are at workers then. */
  type End = (stage: Stage, first: FakeRequest) => void;
  const stubsOf = (stage: Stage): FakeRequest[] => [...stage.load('A').requests].slice(1);

  it.each<[string, End]>([
    [
      'is through with it',
      (stage, first) => {
        const [one, other] = stubsOf(stage);
        stage.finish('A', first, 0.02);
        stage.finish('A', one as never, 0.02); // ran it all the same
        stage.giveUp('A', other as never);
      },
    ],
    [
      'dies',
      (stage) => {
        stage.die('A', 'unexplained');
        stage.workers('A');
      },
    ],
    [
      'is through with it, whose client has left',
      (stage, first) => {
        const stubs = stubsOf(stage);
        stage.dispatcher.withdraw(first, stage.nowMs);
        stage.finish('A', first, 0.02);
        for (const stub of stubs) stage.giveUp('A', stub);
      },
    ],
  ])('counts what was taken back until its worker %s, round after round', (_how, end) => {
    const stage = limited();
    for (let round = 0; round < 10; round += 1) {
      const [first, second, third] = takenBackFromA(stage);
      if (first === undefined || second === undefined || third === undefined) throw new Error('3');
      // The running one, two that may still run there, and one that was given anew: no place is left.
      expect([atWorkers(stage), stage.dispatcher.depth]).toEqual([MOST, 1]);
      stage.finish('B', second, 0.02);
      expect([atWorkers(stage), stage.dispatcher.depth]).toEqual([MOST, 0]);
      end(stage, first);
      expect(atWorkers(stage)).toBe(1);
      stage.finish('B', third, 0.02);
      stage.finish('B', first, 0.02); // where its own worker died, B was the next to be empty
      expect(atWorkers(stage)).toBe(0);
      stage.die('B', 'unexplained');
    }
    stage.takeSent();
    stage.submitMany(MOST + 2, { key: 'model' });
    expect(stage.takeSent()).toHaveLength(MOST);
  });
});

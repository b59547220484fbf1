import { describe, expect, it } from 'vitest';
import type { Death } from '../../../../src/queue/fate/quarantine.js';
import type { RequestFacts } from '../fake-request.js';
import { Stage } from '../stage.js';

/** Worker A owns a large request; the others are idle. */
function offered(others: readonly string[] = ['B'], facts: RequestFacts = {}) {
  const stage = new Stage();
  stage.workers('A');
  const request = stage.submit(facts);
  stage.workers(...others);
  stage.takeSent();
  stage.nowMs = 10;
  stage.offer('A', request);
  return { stage, request, grants: stage.takeSlices() };
}

/** B runs slice 1, and 2 was granted. */
function helped(facts: RequestFacts = {}) {
  const { stage, request } = offered(['B'], facts);
  stage.sendSlice('A', 1);
  expect(stage.takeSlices()).toEqual(['run 1 at B', 'grant 2 at A']);
  return { stage, request };
}

describe('a grant', () => {
  it('is one for each idle worker', () => {
    expect(offered(['B', 'C']).grants).toEqual(['grant 1 at A', 'grant 2 at A']);
  });

  it.each<[string, (stage: Stage) => void]>([
    ['one with a request', (stage) => void stage.submit()],
    ['one that drains', (stage) => stage.dispatcher.stopFeeding(stage.load('B'), 0)],
    ['one that is killed', (stage) => Object.assign(stage.load('B'), { isDoomed: true })],
    ['one whose model is another', (stage) => void stage.unlike.add('B')],
  ])('is none for %s', (_, change) => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit();
    stage.workers('B');
    change(stage);
    stage.offer('A', request);
    expect(stage.takeSlices()).toEqual([]);
  });

  it('is none for one that does not hold the model', () => {
    const stage = new Stage();
    stage.holder('A', 'm', 'm/1');
    const request = stage.submit({ key: 'm' });
    stage.holder('B', 'other');
    stage.holder('C', 'm', 'm/1');
    stage.offer('A', request, 'm/1');
    expect(stage.takeSlices()).toEqual(['grant 1 at A']);
    stage.sendSlice('A', 1);
    expect(stage.takeSlices()[0]).toBe('run 1 at C');
  });

  it('is none while somebody waits, and comes when nobody does any more', () => {
    const stage = new Stage();
    stage.workers('A', 'B');
    const request = stage.submit();
    const [running, waiting] = stage.submitMany(2);
    stage.offer('A', request);
    expect(stage.takeSlices()).toEqual([]);
    if (running !== undefined) stage.finish('B', running);
    expect(stage.takeSlices()).toEqual([]);
    if (waiting !== undefined) stage.finish('B', waiting);
    expect(stage.takeSlices()).toEqual(['grant 1 at A']);
  });

  it('is none while nothing may be given, nor beyond the limit of the model', () => {
    const { stage, request } = offered([]);
    stage.dispatcher.limits.learn([{ name: request.model, maxInFlight: 1 }]);
    stage.workers('B');
    expect(stage.takeSlices()).toEqual([]);
    stage.dispatcher.limits.learn([]);
    stage.mayDispatch = false;
    stage.dispatcher.dispatch(0);
    expect(stage.takeSlices()).toEqual([]);
    stage.mayDispatch = true;
    stage.dispatcher.dispatch(0);
    expect(stage.takeSlices()).toEqual(['grant 1 at A']);
  });

  it('is none for a suspect: it runs alone', () => {
    const stage = new Stage();
    stage.workers('A');
    const request = stage.submit();
    stage.die('A');
    stage.workers('B', 'C');
    stage.offer('B', request);
    expect(stage.takeSlices()).toEqual([]);
  });
});

describe('a slice', () => {
  it('runs at the idle worker, and its owner gets the result', () => {
    const { stage, request } = helped();
    expect(stage.load('B').inFlight).toBe(1);
    expect(stage.dispatcher.inFlight).toBe(1);
    expect(stage.runSlice('B', 1)).toBe('A');
    expect(stage.load('B').inFlight).toBe(0);
    expect(request.helpedSlices).toBe(1);
    expect(stage.dispatcher.slices.ranByHelpers).toBe(1);
  });

  it('is fetched while another runs, and runs after it', () => {
    const { stage } = helped();
    stage.sendSlice('A', 2);
    expect(stage.takeSlices()).toEqual([]);
    stage.runSlice('B', 1);
    expect(stage.takeSlices()).toEqual(['run 2 at B', 'grant 3 at A']);
  });

  it('occupies its worker: a request waits for the slice, and goes before the next', () => {
    const { stage } = helped();
    stage.sendSlice('A', 2);
    const request = stage.submit();
    expect(stage.takeSent()).toEqual([]);
    expect(stage.runSlice('B', 1)).toBe('A');
    expect(stage.takeSent()).toEqual([`${request.arrival}→B`]);
    expect(stage.takeSlices()).toEqual([]);
    stage.finish('B', request);
    expect(stage.takeSlices()).toEqual(['run 2 at B', 'grant 3 at A']);
  });

  it('that nobody runs goes back when its owner has nothing else left', () => {
    const { stage, request } = helped();
    stage.sendSlice('A', 2);
    stage.recall(request);
    expect(stage.takeSlices()).toEqual(['back 2 at A']);
    expect(stage.runSlice('B', 1)).toBe('A');
    expect(stage.takeSlices()).toEqual([]);
  });

  it('that comes after that goes back at once; one that was declined is gone', () => {
    const { stage, request } = helped();
    stage.recall(request);
    stage.sendSlice('A', 2);
    expect(stage.takeSlices()).toEqual(['back 2 at A']);
    const again = offered();
    again.stage.sendSlice('A', 1, false);
    expect(again.stage.takeSlices()).toEqual(['grant 2 at A']);
  });

  it('dies with its request: cancelled at its worker, which is busy until it is through', () => {
    const { stage, request } = helped();
    stage.sendSlice('A', 2);
    stage.finish('A', request);
    expect(stage.takeSlices()).toEqual(['cancel 1 at B']);
    expect(stage.load('B').isOpen).toBe(false);
    expect(stage.runSlice('B', 1)).toBeUndefined();
    expect(stage.load('B').isOpen).toBe(true);
    expect(stage.takeSlices()).toEqual([]);
    expect(stage.dispatcher.slices.isActive).toBe(false);
  });

  it('counts in the limit of its model while it runs', () => {
    const { stage, request } = helped();
    expect(request.limit?.inFlight).toBe(2);
    stage.runSlice('B', 1);
    expect(request.limit?.inFlight).toBe(1);
  });

  it('is not believed of a worker that has none such', () => {
    const { stage } = helped();
    stage.workers('C');
    stage.takeSlices();
    expect(stage.runSlice('C', 1)).toBeUndefined();
    expect(stage.runSlice('B', 99)).toBeUndefined();
    stage.sendSlice('C', 2);
    expect(stage.takeSlices()).toEqual([]);
  });
});

describe('a helper that dies', () => {
  it.each<Death>(['self-inflicted', 'unexplained'])(
    '(%s) makes a suspect of the request: its owner goes on, alone',
    (death) => {
      const { stage, request } = helped();
      stage.sendSlice('A', 2);
      stage.die('B', death);
      expect(stage.takeSlices()).toEqual(['back 1 at A', 'back 2 at A']);
      stage.workers('C');
      expect(stage.takeSlices()).toEqual([]);
      expect(stage.load('A').reservedFor).toBe(request);
      expect(stage.finish('A', request)).toBe(true);
      expect(stage.load('A').isOpen).toBe(true);
    },
  );

  it('by the master blames nobody: others may help', () => {
    const { stage } = helped();
    stage.die('B', 'ours');
    expect(stage.takeSlices()).toEqual(['back 1 at A']);
    stage.workers('C');
    stage.sendSlice('A', 2);
    expect(stage.takeSlices()).toEqual(['run 2 at C', 'grant 3 at A']);
  });

  it('is the first of two deaths: the second is the limit', () => {
    const { stage } = helped();
    stage.die('B');
    stage.die('A');
    stage.workers('C');
    expect(stage.takeRefused()).toEqual(['1 WORKER_CRASHED']);
    expect(stage.takeSent()).toEqual([]);
  });

  it('is the second of two as well, and the owner is told to stop', () => {
    const { stage, request } = helped();
    request.selfInflictedDeaths = 1;
    stage.die('B');
    expect(stage.takeRefused()).toEqual(['1 WORKER_CRASHED']);
    expect(stage.aborted).toEqual(['1 at A']);
    expect(stage.giveUp('A', request)).toBe(false);
    expect(stage.load('A').isOpen).toBe(true);
  });

  it('ends a request that may not run twice', () => {
    const { stage } = helped({ isRetryable: false });
    stage.die('B', 'ours');
    expect(stage.takeRefused()).toEqual(['1 WORKER_CRASHED']);
  });

  it('concerns nobody when the request is over', () => {
    const { stage, request } = helped();
    stage.finish('A', request);
    stage.takeSlices();
    stage.die('B');
    expect(request.selfInflictedDeaths).toBe(0);
    expect(stage.takeSlices()).toEqual([]);
  });
});

describe('an owner that dies', () => {
  it('leaves its slices behind; the request runs again, alone', () => {
    const { stage, request } = helped();
    stage.sendSlice('A', 2);
    stage.die('A');
    expect(stage.takeSlices()).toEqual(['cancel 1 at B']);
    expect(stage.takeSent()).toEqual([]);
    stage.runSlice('B', 1);
    expect(stage.takeSent()).toEqual(['1→B']);
    expect(stage.finish('B', request)).toBe(true);
  });
});

describe('the clocks', () => {
  it('end a request whose slice does not end, with 504, and then the worker that has it', () => {
    const { stage } = helped({ timeoutMs: 500 });
    stage.nowMs = 500;
    stage.dispatcher.sweep(500);
    expect(stage.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
    expect(stage.aborted).toEqual(['1 at A']);
    expect(stage.takeSlices()).toEqual(['cancel 1 at B']);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(1500);
    expect(stage.killed.toSorted()).toEqual(['A ran on', 'B overran']);
  });

  it('are begun by nobody any more', () => {
    const { stage } = helped({ timeoutMs: 500 });
    stage.nowMs = 500;
    stage.dispatcher.sweep(500);
    expect(stage.takeRefused()).toEqual(['1 EXECUTION_TIMEOUT']);
    stage.takeSlices();
    stage.sendSlice('A', 2);
    stage.runSlice('B', 1);
    expect(stage.takeSlices()).toEqual(['back 2 at A']);
  });

  it('leave the owner alone that stops when it is told to', () => {
    const { stage, request } = helped({ timeoutMs: 500 });
    stage.nowMs = 500;
    stage.dispatcher.sweep(500);
    stage.giveUp('A', request);
    stage.dispatcher.sweep(1500);
    expect(stage.killed).toEqual(['B overran']);
  });

  it('do not blame the request for a helper that was stopped from outside', () => {
    const { stage, request } = helped({ timeoutMs: 500 });
    stage.stopped.add('B');
    stage.nowMs = 500;
    stage.dispatcher.sweep(500);
    expect(stage.killed).toEqual(['B stopped']);
    expect(stage.takeRefused()).toEqual([]);
    stage.takeSlices();
    stage.die('B', 'ours');
    expect(stage.takeSlices()).toEqual(['back 1 at A']);
    stage.dispatcher.sweep(900);
    expect(stage.takeRefused()).toEqual([]);
    expect(stage.finish('A', request)).toBe(true);
  });

  it('kill such a helper once, however long its end takes', () => {
    const { stage } = helped({ timeoutMs: 500 });
    stage.stopped.add('B');
    for (const atMs of [500, 1000]) {
      stage.nowMs = atMs;
      stage.dispatcher.sweep(atMs);
    }
    expect(stage.killed).toEqual(['B stopped']);
  });

  it('bound what runs for nobody', () => {
    const { stage, request } = helped({ timeoutMs: 500 });
    stage.finish('A', request);
    stage.dispatcher.sweep(509);
    expect(stage.killed).toEqual([]);
    stage.dispatcher.sweep(510);
    expect(stage.killed).toEqual(['B overran']);
  });

  it('ask no worker with a slice whether it hears', () => {
    const stage = new Stage({ workAheadMs: 1, deafAfterMs: 100 });
    stage.workers('A');
    const request = stage.submit();
    stage.workers('B');
    stage.offer('A', request);
    stage.sendSlice('A', 1);
    stage.dispatcher.sweep(10_000);
    expect(stage.pinged).toEqual([]);
  });
});

it('is begun by nobody when its client has left', () => {
  const { stage, request } = helped();
  stage.sendSlice('A', 2);
  stage.takeSlices();
  stage.dispatcher.withdraw(request, 1);
  stage.runSlice('B', 1);
  expect(stage.takeSlices()).toEqual([]);
  stage.finish('A', request);
  expect(stage.sliceBudget.usedBytes).toBe(0);
});

describe('the bytes of a slice', () => {
  it('count from when it is here until its helper is through with it', () => {
    const { stage } = helped();
    stage.sendSlice('A', 2);
    expect(stage.sliceBudget.usedBytes).toBe(16);
    stage.runSlice('B', 1);
    expect(stage.sliceBudget.usedBytes).toBe(8);
    stage.runSlice('B', 2);
    expect(stage.sliceBudget.usedBytes).toBe(0);
  });

  it.each<[string, (parts: ReturnType<typeof helped>) => void]>([
    ['it goes back', ({ stage, request }) => stage.recall(request)],
    ['its request ends', ({ stage, request }) => stage.finish('A', request)],
    ['its owner dies', ({ stage }) => stage.die('A')],
    ['its helper dies', ({ stage }) => stage.die('B')],
  ])('are free again when %s, and its helper ends', (_, end) => {
    const parts = helped();
    const { stage } = parts;
    stage.sendSlice('A', 2);
    end(parts);
    if (stage.loads.has('B')) stage.runSlice('B', 1);
    stage.recall(parts.request);
    expect(stage.sliceBudget.usedBytes).toBe(0);
  });

  it('are not taken where there is no room: it goes back, and its request has no more helpers', () => {
    const { stage } = helped();
    stage.sliceBudget.limitBytes = 8;
    stage.sendSlice('A', 2);
    expect(stage.takeSlices()).toEqual(['back 2 at A']);
    expect(stage.runSlice('B', 1)).toBe('A');
    expect(stage.takeSlices()).toEqual([]);
    expect(stage.sliceBudget.usedBytes).toBe(0);
  });
});

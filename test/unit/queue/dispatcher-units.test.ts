import { describe, expect, it } from 'vitest';
import { ranFor } from './fake-request.js';
import { Stage } from './stage.js';

/** A model whose runs take `fixed + perRow·rows`, and whose requests have a row each. */
function teach(stage: Stage, fixedMs: number, perRowMs: number, group = 'model'): void {
  const estimate = stage.dispatcher.estimates.of(group);
  for (let n = 0; n < 60; n += 1) {
    const rows = 1 + (n % 3);
    estimate.observe(100, fixedMs + perRowMs);
    estimate.batch.observeRequest(100, 1);
    estimate.batch.observe(rows, fixedMs + perRowMs * rows);
  }
  for (let n = 0; n < 5000; n += 1) estimate.batch.isWorthATry();
}

function batching(maxRows = 64, maxDelayMs = 0, ...groups: string[]): Stage {
  const stage = new Stage();
  const rules = ['model', ...groups].map((group) => [group, { maxRows, maxDelayMs }] as const);
  stage.dispatcher.estimates.batchBy(new Map(rules));
  return stage;
}

/** A worker with one request that keeps it busy for long, and what waits behind. */
function behindOne(stage: Stage, name: string, runMs = 5) {
  stage.workers(name);
  const busy = stage.submit();
  stage.takeSent();
  return () => stage.finish(name, busy, runMs);
}

describe('what waits is the next unit', () => {
  it('where a batch is cheaper than its members one by one', () => {
    const stage = batching();
    teach(stage, 4.8, 0.2);
    const free = behindOne(stage, 'A');
    stage.submitMany(4);
    expect(stage.takeSent()).toEqual([]);
    free();
    expect(stage.takeSent()).toEqual(['2→A', '3→A', '4→A', '5→A']);
  });

  it('and one request where it is not', () => {
    const stage = batching();
    teach(stage, 0.1, 4.9);
    const free = behindOne(stage, 'A');
    stage.submitMany(4);
    free();
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('and one request where the model runs each by itself', () => {
    const stage = new Stage();
    teach(stage, 4.8, 0.2);
    const free = behindOne(stage, 'A');
    stage.submitMany(4);
    free();
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('shared fairly among the workers that are free', () => {
    const stage = batching();
    teach(stage, 4.8, 0.2);
    stage.mayDispatch = false;
    stage.workers('A', 'B');
    stage.submitMany(7);
    stage.mayDispatch = true;
    stage.dispatcher.dispatch(0);
    expect(stage.takeSent()).toEqual(['1→A', '2→A', '3→A', '4→A', '5→B', '6→B', '7→B']);
  });

  it('up to so many rows, told by the bytes of bodies', () => {
    const stage = batching(4);
    teach(stage, 4.8, 0.2);
    const free = behindOne(stage, 'A');
    stage.submit({ bytes: 100 });
    stage.submit({ bytes: 200 });
    stage.submit({ bytes: 200 });
    free();
    expect(stage.takeSent()).toEqual(['2→A', '3→A']);
  });

  it('up to four times the time of one', () => {
    const stage = batching();
    teach(stage, 3, 1);
    const free = behindOne(stage, 'A', 4);
    stage.submitMany(40);
    free();
    expect(stage.takeSent()).toHaveLength(13);
  });

  it('and no batch takes more than half of the time limit', () => {
    const stage = batching();
    teach(stage, 4, 1);
    const free = behindOne(stage, 'A');
    stage.submitMany(10, { timeoutMs: 16 });
    free();
    expect(stage.takeSent()).toHaveLength(4);
  });

  it('not past a limit of the model, to a backed-up link, or past a deadline', () => {
    const stage = batching();
    teach(stage, 4.8, 0.2);
    stage.dispatcher.limits.learn([{ name: 'm', maxInFlight: 2 }]);
    stage.workers('A');
    const busy = stage.submit({ key: 'm' });
    stage.submitMany(4, { key: 'm' });
    stage.takeSent();
    stage.finish('A', busy, 5);
    expect(stage.takeSent()).toEqual(['2→A', '3→A']);
  });

  it('past what is for another model, along with one that was before it', () => {
    const stage = batching(64, 0, 'other');
    teach(stage, 4.8, 0.2);
    teach(stage, 4.8, 0.2, 'other');
    const free = behindOne(stage, 'A');
    stage.submit({ key: 'm' });
    stage.submit({ key: 'n', group: 'other' });
    stage.submit({ key: 'm' });
    free();
    expect(stage.takeSent()).toEqual(['2→A', '4→A']);
  });

  it('but not with priorities, whose order is what was asked for', () => {
    const stage = new Stage({ workAheadMs: 1, lowPriorityShare: 0.1 });
    stage.dispatcher.estimates.batchBy(new Map([['model', { maxRows: 64, maxDelayMs: 0 }]]));
    teach(stage, 4.8, 0.2);
    const free = behindOne(stage, 'A');
    stage.submit({ priority: 'low' });
    stage.submit({ priority: 'high' });
    stage.submit({ priority: 'low' });
    stage.submit({ priority: 'high' });
    free();
    expect(stage.takeSent()).toEqual(['3→A', '5→A']);
  });

  it('without suspects: they run alone', () => {
    const stage = batching();
    teach(stage, 4.8, 0.2);
    stage.workers('A');
    const [suspect] = stage.submitMany(3);
    stage.takeSent();
    stage.die('A', 'unexplained');
    stage.workers('B');
    expect(suspect?.unexplainedDeaths).toBe(1);
    expect(stage.takeSent()).toEqual(['1→B']);
  });

  it('of which the master learns: batches of all sizes, from what their members say', () => {
    const stage = batching();
    stage.workers('A');
    for (let n = 0; n < 40; n += 1) {
      const requests = stage.submitMany(1 + (n % 4));
      const rows = requests.length;
      for (const request of requests) {
        // A worker that got them one by one may still have found them in one read.
        if (request.state !== 'in flight') stage.dispatcher.dispatch(0);
        const run = ranFor((4 + rows) / rows);
        const { dispatcher } = stage;
        if (run) dispatcher.finished(stage.load('A'), request, { ...run, rows }, 0);
      }
    }
    const { batch } = stage.dispatcher.estimates.of('model');
    expect(batch.pays(1)).toBe(true);
    expect(batch.runMs(10)).toBeCloseTo(14, 0);
  });
});

describe('a batch that is waited for', () => {
  it('goes when it has waited long enough', () => {
    const stage = batching(8, 5);
    stage.workers('A');
    stage.submit();
    stage.nowMs = 3;
    stage.submit();
    expect(stage.takeSent()).toEqual([]);
    expect(stage.wakes).toEqual([5, 5]);
    stage.nowMs = 5;
    stage.dispatcher.dispatch(5);
    expect(stage.takeSent()).toEqual(['1→A']);
  });

  it('with all that have come, whatever is known of what batches cost', () => {
    const stage = batching(8, 5);
    teach(stage, 0.1, 4.9);
    stage.workers('A', 'B');
    stage.submitMany(3);
    stage.nowMs = 5;
    stage.dispatcher.dispatch(5);
    expect(stage.takeSent()).toEqual(['1→A', '2→A', '3→A']);
  });

  it('goes at once when it is full', () => {
    const stage = batching(3, 5);
    teach(stage, 4.8, 0.2);
    stage.workers('A');
    stage.submitMany(3);
    expect(stage.takeSent()).toEqual(['1→A', '2→A', '3→A']);
  });

  it('lets other models go meanwhile', () => {
    const stage = batching(8, 5);
    stage.workers('A');
    stage.submit({ key: 'm' });
    stage.submit({ key: 'n', group: 'other' });
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('takes at most half of the time that its first member may wait', () => {
    const stage = batching(8, 50);
    stage.workers('A');
    stage.submit({ queueDeadlineMs: 10 });
    expect(stage.wakes).toEqual([5]);
    stage.nowMs = 5;
    stage.dispatcher.dispatch(5);
    expect(stage.takeSent()).toEqual(['1→A']);
  });
});

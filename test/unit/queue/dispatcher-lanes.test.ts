import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/errors.js';
import type { FakeRequest } from './fake-request.js';
import { Stage } from './stage.js';

/** Workers A (holds `a` and `both`) and B (holds `b` and `both`). */
function twoHolders(): Stage {
  const stage = new Stage();
  stage.holder('A', 'a', 'both');
  stage.holder('B', 'b', 'both');
  return stage;
}

describe('a request', () => {
  it('goes only to a worker that holds what it asks for', () => {
    const stage = twoHolders();
    stage.submit({ key: 'b' });
    stage.submit({ key: 'a' });
    expect(stage.takeSent()).toEqual(['1→B', '2→A']);
  });

  it('waits for its holder while others idle', () => {
    const stage = twoHolders();
    const [running] = stage.submitMany(2, { key: 'a' }) as [FakeRequest];
    expect(stage.takeSent()).toEqual(['1→A']);
    stage.finish('A', running);
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it('that any worker can take goes to any', () => {
    const stage = twoHolders();
    stage.submitMany(2);
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
  });

  it('finds a worker that comes later', () => {
    const stage = new Stage();
    stage.submit({ key: 'a' });
    stage.holder('B', 'b');
    expect(stage.takeSent()).toEqual([]);
    stage.holder('A', 'a');
    expect(stage.takeSent()).toEqual(['1→A']);
  });

  it('leaves the only holder of something rare to those that need it, where it can', () => {
    const stage = new Stage();
    stage.holder('A', 'rare', 'both');
    stage.holder('B', 'both');
    stage.submit({ key: 'both' });
    stage.submit({ key: 'rare' });
    expect(stage.takeSent()).toEqual(['1→B', '2→A']);
    stage.submit({ key: 'both' });
    expect(stage.takeSent()).toEqual([]);
  });
});

describe('order', () => {
  it('is that of arrival among those that may run', () => {
    const stage = twoHolders();
    const keys = ['a', 'b', 'a', 'both', 'b', 'both'];
    const requests = keys.map((key) => stage.submit({ key }));
    expect(stage.takeSent()).toEqual(['1→A', '2→B']);
    stage.finish('B', requests[1] as FakeRequest);
    expect(stage.takeSent()).toEqual(['4→B']);
    stage.finish('B', requests[3] as FakeRequest);
    expect(stage.takeSent()).toEqual(['5→B']);
    stage.finish('A', requests[0] as FakeRequest);
    expect(stage.takeSent()).toEqual(['3→A']);
    stage.finish('A', requests[2] as FakeRequest);
    expect(stage.takeSent()).toEqual(['6→A']);
  });

  it('is kept for who needs an empty worker: nobody joins there meanwhile', () => {
    const stage = twoHolders();
    stage.teach(0.05);
    const [running] = stage.submitMany(2, { key: 'a' }) as [FakeRequest];
    stage.submit({ key: 'a', group: 'unknown' });
    stage.submit({ key: 'both' });
    stage.submit({ key: 'a' });
    expect(stage.takeSent()).toEqual(['1→A', '2→A', '4→B']);
    stage.finish('A', running, 0.05);
    stage.submit({ key: 'both' });
    expect(stage.takeSent()).toEqual(['6→B']);
    stage.finish('A', stage.load('A').running as FakeRequest, 0.05);
    expect(stage.takeSent()).toEqual(['3→A']);
  });

  it('is that of arrival also for one that comes back from a dead worker', () => {
    const stage = twoHolders();
    const [first] = stage.submitMany(3, { key: 'a' }) as [FakeRequest];
    stage.submit({ key: 'b' });
    stage.takeSent();
    stage.die('A', 'ours');
    stage.holder('C', 'a', 'b');
    expect(stage.takeSent()).toEqual(['1→C']);
    expect(first.dispatches).toBe(2);
  });

  it('stands a port that calls back', () => {
    const stage = twoHolders();
    const late = { key: 'b', queueDeadlineMs: 1 };
    const [running] = stage.submitMany(2, { key: 'b' }) as [FakeRequest];
    stage.submitMany(2, late);
    stage.submitMany(2, { key: 'a' });
    stage.takeSent();
    stage.nowMs = 2;
    stage.onRefuse = () => void stage.submit({ key: 'a' });
    stage.finish('B', running);
    expect(stage.takeSent()).toEqual(['2→B']);
    expect(stage.takeRefused()).toEqual(['3 QUEUE_TIMEOUT', '4 QUEUE_TIMEOUT']);
    stage.finish('A', stage.load('A').running as FakeRequest);
    expect(stage.takeSent()).toEqual(['6→A']);
    expect(stage.dispatcher.depth).toBe(2);
  });
});

describe('a suspect', () => {
  it('reserves a holder, never another worker', () => {
    const stage = new Stage();
    stage.holder('A', 'a');
    stage.holder('B', 'b');
    stage.holder('C', 'a');
    stage.submit({ key: 'a' });
    stage.submit({ key: 'b' });
    stage.submit({ key: 'a' });
    stage.takeSent();
    stage.die('A');
    expect(stage.load('B').reservedFor).toBeUndefined();
    expect(stage.load('C').reservedFor?.arrival).toBe(1);
    stage.finish('C', stage.load('C').running as FakeRequest);
    expect(stage.takeSent()).toEqual(['1→C']);
  });

  it('without a holder waits, and holds up nobody', () => {
    const stage = twoHolders();
    stage.submit({ key: 'a' });
    stage.die('A');
    stage.takeSent();
    const next = stage.submit({ key: 'b' });
    expect(stage.takeSent()).toEqual(['2→B']);
    stage.finish('B', next);
    stage.submit({ key: 'both' });
    stage.holder('C', 'a', 'both');
    expect(stage.takeSent()).toEqual(['3→B', '1→C']);
  });
});

describe('run times', () => {
  it('are those of the version that is served now', () => {
    const stage = new Stage();
    stage.teach(0.05, 'm/1');
    stage.holder('A', 'm');
    stage.submitMany(2, { key: 'm', group: 'm/1' });
    expect(stage.takeSent()).toEqual(['1→A', '2→A']);
    stage.submit({ key: 'm', group: 'm/2' });
    expect(stage.takeSent()).toEqual([]);
  });

  it('are forgotten with their version', () => {
    const stage = new Stage();
    stage.teach(0.05, 'm/1');
    stage.teach(0.05, 'other');
    stage.holder('A', 'm');
    stage.dispatcher.keep(new Set(['m']), new Set(['other']));
    stage.submitMany(2, { key: 'm', group: 'm/1' });
    expect(stage.takeSent()).toEqual(['1→A']);
    expect(stage.dispatcher.estimates.of('other').expectMs(100)).toBeCloseTo(0.05);
  });

  it('do not outlive their version in a lane that was dropped', () => {
    const stage = new Stage();
    stage.teach(0.05, 'm/1');
    const load = stage.holder('A', 'm');
    const once = stage.submit({ key: 'm', group: 'm/1' });
    stage.dispatcher.keep(new Set(), new Set());
    stage.finish('A', once, 0.05);
    stage.submitMany(2, { key: 'm', group: 'm/1' });
    expect(load.inFlight).toBe(1);
  });
});

describe('a lane without a holder', () => {
  const GONE = new RequestError('NO_WORKERS', 'nobody is coming');

  it('is waited in while a worker is coming', () => {
    const stage = new Stage();
    stage.submit({ key: 'a' });
    stage.dispatcher.sweep(0);
    expect([stage.takeRefused(), stage.dispatcher.depth]).toEqual([[], 1]);
    expect(stage.asked).toEqual(['a', 'a']);
  });

  it('is refused at once when none is', () => {
    const stage = twoHolders();
    stage.hopeless.set('c', GONE);
    stage.submit({ key: 'c' });
    stage.submit({ key: 'a' });
    expect(stage.takeRefused()).toEqual(['1 NO_WORKERS']);
    expect(stage.takeSent()).toEqual(['2→A']);
  });

  it.each([
    ['its last holder drains', (stage: Stage) => stage.dispatcher.stopFeeding(stage.load('A'), 0)],
    ['its last holder dies', (stage: Stage) => stage.die('A', 'ours')],
  ])('is refused when %s', (_name, act) => {
    const stage = twoHolders();
    stage.hopeless.set('a', GONE);
    stage.submitMany(3, { key: 'a' });
    stage.submitMany(2, { key: 'b' });
    act(stage);
    expect(stage.takeRefused()).toEqual(expect.arrayContaining(['2 NO_WORKERS', '3 NO_WORKERS']));
    expect(stage.dispatcher.depth).toBe(1);
  });

  it('is refused in a sweep once none is coming any more', () => {
    const stage = new Stage();
    stage.submitMany(2, { key: 'a' });
    stage.submit({ key: 'b' });
    stage.hopeless.set('a', GONE);
    stage.dispatcher.sweep(0);
    expect(stage.takeRefused()).toEqual(['1 NO_WORKERS', '2 NO_WORKERS']);
    expect(stage.dispatcher.depth).toBe(1);
  });

  it('is not asked about while somebody is fed who holds it, however busy', () => {
    const stage = twoHolders();
    stage.hopeless.set('a', GONE);
    stage.submitMany(5, { key: 'a' });
    stage.dispatcher.sweep(1);
    expect([stage.asked, stage.refused]).toEqual([[], []]);
  });

  it('is not asked about by others that come and go', () => {
    const stage = twoHolders();
    stage.submit({ key: 'c' });
    for (let n = 0; n < 20; n += 1) stage.finish('A', stage.submit({ key: 'a' }));
    expect(stage.asked).toEqual(['c']);
  });

  it('lets one that was in flight and comes back end the same way', () => {
    const stage = twoHolders();
    stage.submit({ key: 'a' });
    stage.hopeless.set('a', GONE);
    expect(stage.die('A', 'unexplained')).toMatchObject({ runAgain: 1 });
    expect(stage.takeRefused()).toEqual(['1 NO_WORKERS']);
    expect(stage.dispatcher.isIdle).toBe(true);
  });
});

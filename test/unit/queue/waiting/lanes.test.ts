import { describe, expect, it } from 'vitest';
import { WorkerLoad } from '../../../../src/queue/fleet/worker-load.js';
import { Lanes } from '../../../../src/queue/waiting/lanes.js';
import { Chance } from '../chance.js';
import { FakeRequest } from '../fake-request.js';

type TestLanes = Lanes<FakeRequest, string>;

function push(lanes: TestLanes, arrival: number, key: string): FakeRequest {
  const request = new FakeRequest(arrival, { key });
  lanes.push(request, lanes.of(key));
  return request;
}

/** First arrivals in the order of the lanes, walked both ways. */
function heads(lanes: TestLanes): number[] {
  const found: number[] = [];
  let last = lanes.first;
  for (let lane = lanes.first; lane !== undefined; lane = lane.later) {
    found.push(lane.first?.arrival ?? Number.NaN);
    last = lane;
  }
  const back: number[] = [];
  for (let lane = last; lane !== undefined; lane = lane.earlier) {
    back.unshift(lane.first?.arrival ?? Number.NaN);
  }
  expect(back).toEqual(found);
  return found;
}

describe('the order of lanes', () => {
  it('is that of their oldest requests', () => {
    const lanes: TestLanes = new Lanes();
    const first = push(lanes, 1, 'a');
    push(lanes, 2, 'b');
    push(lanes, 3, 'a');
    expect(heads(lanes)).toEqual([1, 2]);
    lanes.remove(first);
    expect(heads(lanes)).toEqual([2, 3]);
    expect([...lanes].map(({ arrival }) => arrival)).toEqual([2, 3]);
    lanes.putBack(first);
    expect(heads(lanes)).toEqual([1, 2]);
    expect(lanes.depth).toBe(3);
  });

  it.each([1, 2, 3, 4, 5])('holds whatever comes, goes and comes back (seed %d)', (seed) => {
    const chance = new Chance(seed);
    const lanes: TestLanes = new Lanes();
    const out: FakeRequest[] = [];
    let inside: FakeRequest[] = [];
    for (let n = 1; n <= 1500; n += 1) {
      const what = chance.next();
      const picked = chance.happens(0.5) ? inside[0] : chance.pick(inside);
      if (what < 0.4) {
        inside.push(push(lanes, n, `lane ${chance.below(6)}`));
      } else if (what < 0.8 && picked !== undefined) {
        expect(lanes.remove(picked)).toBe(true);
        expect(lanes.remove(picked)).toBe(false);
        inside = inside.filter((request) => request !== picked);
        out.push(picked);
      } else {
        const back = out.splice(chance.below(out.length), 1)[0];
        if (back === undefined) continue;
        lanes.putBack(back);
        inside = [...inside, back].sort((one, other) => one.arrival - other.arrival);
      }
      const firsts = new Map<string, number>();
      for (const { key, arrival } of inside) if (!firsts.has(key)) firsts.set(key, arrival);
      expect(heads(lanes)).toEqual([...firsts.values()]);
      expect(lanes.depth).toBe(inside.length);
    }
  });
});

describe('holders', () => {
  const worker = (name: string, ...keys: string[]) =>
    new WorkerLoad<FakeRequest, string>(name, 0, new Set(keys));
  const holdersOf = (lanes: TestLanes, key: string) =>
    lanes.of(key).holders.map((load) => load.worker);

  it('are those that hold the key, whoever came first', () => {
    const lanes: TestLanes = new Lanes();
    lanes.of('early');
    const both = worker('both', 'early', 'late');
    lanes.addHolder(both);
    lanes.addHolder(worker('one', 'early'));
    lanes.addHolder(new WorkerLoad<FakeRequest, string>('all', 0));
    expect(holdersOf(lanes, 'early')).toEqual(['both', 'one', 'all']);
    expect(holdersOf(lanes, 'late')).toEqual(['both', 'all']);
    expect(holdersOf(lanes, '')).toEqual(['both', 'one', 'all']);
    lanes.removeHolder(both);
    lanes.removeHolder(both);
    expect(holdersOf(lanes, 'early')).toEqual(['one', 'all']);
    expect(holdersOf(lanes, 'late')).toEqual(['all']);
    expect(lanes.fedWorkers).toBe(2);
  });

  it('are missing only where somebody waits', () => {
    const lanes: TestLanes = new Lanes();
    lanes.of('nobody waits');
    push(lanes, 1, 'held');
    push(lanes, 2, 'unheld');
    lanes.addHolder(worker('A', 'held'));
    expect(lanes.unheld().map(({ key }) => key)).toEqual(['unheld']);
  });
});

it('drops lanes that are out of use, but not who waits in one', () => {
  const lanes: TestLanes = new Lanes();
  const kept = lanes.of('kept');
  const dropped = lanes.of('dropped');
  const request = push(lanes, 1, 'waited in');
  const waitedIn = lanes.of('waited in');
  lanes.keep(new Set(['kept']));
  expect(lanes.of('kept')).toBe(kept);
  expect(lanes.of('dropped')).not.toBe(dropped);
  expect(lanes.of('waited in')).toBe(waitedIn);
  lanes.remove(request);
  lanes.keep(new Set(['kept']));
  expect(lanes.of('waited in')).not.toBe(waitedIn);
});

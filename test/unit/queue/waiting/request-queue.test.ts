import { describe, expect, it } from 'vitest';
import { RequestList } from '../../../../src/queue/request-list.js';
import { RequestQueue } from '../../../../src/queue/waiting/request-queue.js';
import { FakeRequest } from '../fake-request.js';

function order(list: RequestList<FakeRequest>): number[] {
  return [...list].map((request) => request.arrival);
}

/** The same, walked from the other end: both directions of the links must agree. */
function reverseOrder(list: RequestList<FakeRequest>): number[] {
  const found: number[] = [];
  for (let request = list.last; request !== undefined; request = request.previous) {
    found.unshift(request.arrival);
  }
  return found;
}

function queueOf(...arrivals: number[]): {
  queue: RequestQueue<FakeRequest>;
  requests: FakeRequest[];
} {
  const queue = new RequestQueue<FakeRequest>();
  const requests = arrivals.map((arrival) => new FakeRequest(arrival));
  for (const request of requests) queue.push(request);
  return { queue, requests };
}

describe('RequestQueue', () => {
  it('keeps the order of arrival', () => {
    const { queue } = queueOf(1, 2, 3);
    expect(order(queue)).toEqual([1, 2, 3]);
    expect(queue.first?.arrival).toBe(1);
    expect(queue.last?.arrival).toBe(3);
  });

  it('gives an earlier number that comes late its place', () => {
    const { queue } = queueOf(2, 5, 3, 1, 4);
    expect(order(queue)).toEqual([1, 2, 3, 4, 5]);
    expect(reverseOrder(queue)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    { there: [], back: 3, expected: [3] },
    { there: [4, 5], back: 3, expected: [3, 4, 5] },
    { there: [1, 5], back: 3, expected: [1, 3, 5] },
    { there: [1, 2], back: 3, expected: [1, 2, 3] },
  ])('puts $back back among $there', ({ there, back, expected }) => {
    const { queue } = queueOf(...there);
    queue.putBack(new FakeRequest(back));
    expect(order(queue)).toEqual(expected);
    expect(reverseOrder(queue)).toEqual(expected);
  });

  it.each([
    { remove: 1, left: [2, 3] },
    { remove: 2, left: [1, 3] },
    { remove: 3, left: [1, 2] },
  ])('lets $remove of three go', ({ remove, left }) => {
    const { queue, requests } = queueOf(1, 2, 3);
    const request = requests[remove - 1] as FakeRequest;
    expect(queue.remove(request)).toBe(true);
    expect(order(queue)).toEqual(left);
    expect(reverseOrder(queue)).toEqual(left);
    expect(queue.depth).toBe(2);
    expect(request.next).toBeUndefined();
    expect(request.previous).toBeUndefined();
    expect(queue.has(request)).toBe(false);
  });

  it('is empty after the last has gone', () => {
    const { queue, requests } = queueOf(1);
    queue.remove(requests[0] as FakeRequest);
    expect([queue.first, queue.last, queue.depth]).toEqual([undefined, undefined, 0]);
  });

  it('does not remove what is in another list, nor twice', () => {
    const { queue, requests } = queueOf(1, 2);
    const other = new RequestList<FakeRequest>();
    const request = requests[0] as FakeRequest;
    expect(other.remove(request)).toBe(false);
    expect(queue.remove(request)).toBe(true);
    expect(queue.remove(request)).toBe(false);
    expect(queue.depth).toBe(1);
  });

  it('may lose the request that an iteration has just given', () => {
    const { queue } = queueOf(1, 2, 3);
    const seen: number[] = [];
    for (const request of queue) {
      seen.push(request.arrival);
      queue.remove(request);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(queue.depth).toBe(0);
  });

  it('agrees with a sorted array over random pushes, returns and removals', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48271) % 2147483647;
      return seed / 2147483647;
    };
    const queue = new RequestQueue<FakeRequest>();
    const out: FakeRequest[] = [];
    let arrival = 0;
    let model: FakeRequest[] = [];
    for (let n = 0; n < 3000; n += 1) {
      const at = Math.floor(random() * model.length);
      if (random() < 0.4) {
        arrival += 1;
        const request = new FakeRequest(arrival);
        queue.push(request);
        model.push(request);
      } else if (random() < 0.5 && model.length > 0) {
        const [request] = model.splice(at, 1) as [FakeRequest];
        queue.remove(request);
        out.push(request);
      } else if (out.length > 0) {
        const request = out.shift() as FakeRequest;
        queue.putBack(request);
        model = [...model, request].sort((a, b) => a.arrival - b.arrival);
      }
      expect(queue.depth).toBe(model.length);
    }
    expect([...queue]).toEqual(model);
  });
});

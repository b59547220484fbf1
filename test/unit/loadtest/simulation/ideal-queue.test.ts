import { describe, expect, it } from 'vitest';
import { idealQueue } from '../../../../loadtest/simulation/ideal-queue.js';

describe('the ideal queue', () => {
  it.each([
    { workers: 1, arrivals: [0, 1, 2], services: [5, 5, 5], latencies: [5, 9, 13] },
    { workers: 2, arrivals: [0, 1, 2], services: [5, 5, 5], latencies: [5, 5, 8] },
    { workers: 2, arrivals: [0, 0, 1, 2], services: [50, 2, 2, 2], latencies: [50, 2, 3, 4] },
    { workers: 3, arrivals: [0, 0, 10], services: [1, 1, 1], latencies: [1, 1, 1] },
    { workers: 1, arrivals: [], services: [], latencies: [] },
  ])('serves in order of arrival, each at the first free of $workers', (example) => {
    const { workers, arrivals, services, latencies } = example;
    expect([...idealQueue(arrivals, services, workers)]).toEqual(latencies);
  });

  it('keeps to what theory says of one worker: a mean wait of ρ / (1 − ρ) / 2 services', () => {
    const arrivals: number[] = [];
    let seed = 7;
    let nowMs = 0;
    for (let n = 0; n < 200_000; n += 1) {
      seed = (seed * 48271) % 2147483647;
      nowMs -= Math.log(seed / 2147483647) * 1.25;
      arrivals.push(nowMs);
    }
    const services = new Float64Array(arrivals.length).fill(1);
    const latencies = idealQueue(arrivals, services, 1);
    const meanWait = latencies.reduce((sum, ms) => sum + ms - 1, 0) / latencies.length;
    expect(meanWait).toBeGreaterThan(1.8);
    expect(meanWait).toBeLessThan(2.2);
  });
});

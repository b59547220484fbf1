import { describe, expect, it } from 'vitest';
import { type MixScene, mixFigures, mixOrder } from '../../../../loadtest/load/mix.js';
import { quantile } from '../../../../loadtest/load/samples.js';
import { idealQueue } from '../../../../loadtest/simulation/ideal-queue.js';

const SCENE: MixScene = {
  ...{ arrivals: 'poisson', workers: 2, load: 0.8, seconds: 20 },
  ...{ connections: 32, sleeps: false, seed: 5 },
};

describe('mixOrder', () => {
  it('asks for the load that is wanted', () => {
    const { arrivalsMs, askOf } = mixOrder(SCENE, 1);
    const long = askOf.filter((ask) => ask === 1).length;
    const askedMs = long * 50 + (askOf.length - long) * 2;
    expect(askedMs / 2 / (arrivalsMs.at(-1) ?? 0)).toBeGreaterThan(0.7);
    expect(askedMs / 2 / (arrivalsMs.at(-1) ?? 0)).toBeLessThan(0.9);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(mixOrder(SCENE, 1)).toEqual(mixOrder(SCENE, 1));
    expect(mixOrder({ ...SCENE, seed: 6 }, 1)).not.toEqual(mixOrder(SCENE, 1));
  });

  it('gives each arrival to one of the clients, all of them alike, where they have connections', () => {
    expect(mixOrder(SCENE, 1).clientOf).toBeUndefined();
    const { clientOf = [], askOf } = mixOrder({ ...SCENE, hasOwnConnections: true }, 1);
    expect(clientOf).toHaveLength(askOf.length);
    const shares = Array.from({ length: 32 }, (_, client) =>
      clientOf.filter((of) => of === client),
    );
    for (const { length } of shares) {
      expect(length / askOf.length).toBeGreaterThan(0.5 / 32);
      expect(length / askOf.length).toBeLessThan(1.5 / 32);
    }
  });

  it('can have arrivals at fixed times', () => {
    const { arrivalsMs } = mixOrder({ ...SCENE, arrivals: 'fixed' }, 1);
    expect(arrivalsMs[1]).toBeCloseTo(4.4 / 2 / 0.8);
    expect(arrivalsMs[100]).toBeCloseTo(((4.4 / 2) * 100) / 0.8);
  });
});

describe('mixFigures', () => {
  const order = mixOrder(SCENE, 1);
  const services = order.askOf.map((ask) => (ask === 1 ? 50 : 2));
  const latencies = idealQueue(order.arrivalsMs, services, 2);
  const result = {
    servicesMs: services as (number | null)[],
    latenciesMs: [...latencies].map((ms) => ms + 1) as (number | null)[],
    ...{ lateMs: [0.1], waited: 3, errors: 0 },
  };

  it('sets each latency against the ideal queue of the same arrivals and measured services', () => {
    const figures = mixFigures(order, result, 2);
    const over = quantile(figures.quantiles, 99) - quantile(figures.idealQuantiles, 99);
    expect(over).toBeCloseTo(1);
    expect(figures.meanWaitMs - figures.idealMeanWaitMs).toBeCloseTo(1);
    expect(figures).toMatchObject({ requests: order.askOf.length, waited: 3, errors: 0 });
  });

  it('leaves out a request without an answer, which still kept a worker', () => {
    const lost = {
      ...result,
      latenciesMs: result.latenciesMs.with(0, null),
      servicesMs: result.servicesMs.with(0, null),
      errors: 1,
    };
    const figures = mixFigures(order, lost, 2);
    expect(figures.requests).toBe(order.askOf.length - 1);
    expect(figures.idealMeanWaitMs).toBeCloseTo(mixFigures(order, result, 2).idealMeanWaitMs, 1);
  });
});

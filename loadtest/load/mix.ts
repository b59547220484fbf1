/** An open loop of two kinds of requests, and the best that any server could do with it. */
import { idealQueue } from '../simulation/ideal-queue.js';
import { meanMs, poissonArrivals, seeded } from '../simulation/random.js';
import { MIX } from '../simulation/simulate.js';
import { jsonAsk } from './ask.js';
import type { OpenOrder, OpenResult } from './order.js';
import { Samples } from './samples.js';

export type Arrivals = 'poisson' | 'fixed';

export type MixScene = {
  readonly arrivals: Arrivals;
  readonly workers: number;
  /** Arrivals, as a share of what the workers can do. */
  readonly load: number;
  readonly seconds: number;
  readonly connections: number;
  /** The model blocks without using a CPU. */
  readonly sleeps: boolean;
  /** Each client has a connection of its own and waits for it; else a request takes a free one. */
  readonly hasOwnConnections?: boolean;
  /** The same seed is the same arrivals of the same kinds. */
  readonly seed: number;
};

export type MixFigures = {
  readonly requests: number;
  /** Latency from when a request was due, at each of `PERCENTS`. */
  readonly quantiles: readonly number[];
  readonly meanWaitMs: number;
  /** The same of the simulated ideal queue. */
  readonly idealQuantiles: readonly number[];
  readonly idealMeanWaitMs: number;
  /** How late the generator itself was, at each of `PERCENTS`. */
  readonly lateQuantiles: readonly number[];
  /** Requests that had to wait for a connection. */
  readonly waited: number;
  readonly errors: number;
};

export function mixOrder(scene: MixScene, port: number): OpenOrder {
  const random = seeded(scene.seed);
  const gapMs = meanMs(MIX) / scene.workers / scene.load;
  const count = Math.round((scene.seconds * 1000) / gapMs);
  const arrivalsMs =
    scene.arrivals === 'poisson'
      ? poissonArrivals(count, gapMs, random)
      : Float64Array.from({ length: count }, (_, at) => at * gapMs);
  const firstShare = MIX[0]?.share ?? 1;
  const { connections } = scene;
  return {
    ...{ kind: 'open', port, connections },
    arrivalsMs: [...arrivalsMs],
    askOf: Array.from({ length: count }, () => (random() < firstShare ? 0 : 1)),
    clientOf: scene.hasOwnConnections
      ? Array.from({ length: count }, () => Math.floor(random() * connections))
      : undefined,
    asks: MIX.map(({ ms }) =>
      jsonAsk('/predict', JSON.stringify({ instances: [{ ms, sleeps: scene.sleeps }] })),
    ),
  };
}

/** Pure. A request without an answer counts as an error, and nowhere else. */
export function mixFigures(order: OpenOrder, result: OpenResult, workers: number): MixFigures {
  const nominal = (at: number) => MIX[order.askOf[at] ?? 0]?.ms ?? 0;
  const services = result.servicesMs.map((ms, at) => ms ?? nominal(at));
  const ideal = idealQueue(order.arrivalsMs, services, workers);
  const ours = new Samples();
  const best = new Samples();
  const late = new Samples();
  let waitMs = 0;
  let idealWaitMs = 0;
  for (const [at, ms] of result.latenciesMs.entries()) {
    if (ms === null) continue;
    ours.add(ms);
    best.add(ideal[at] ?? 0);
    waitMs += ms - (services[at] ?? 0);
    idealWaitMs += (ideal[at] ?? 0) - (services[at] ?? 0);
  }
  for (const ms of result.lateMs) late.add(ms);
  return {
    requests: ours.count,
    quantiles: ours.quantiles(),
    meanWaitMs: waitMs / ours.count,
    idealQuantiles: best.quantiles(),
    idealMeanWaitMs: idealWaitMs / ours.count,
    lateQuantiles: late.quantiles(),
    waited: result.waited,
    errors: result.errors,
  };
}

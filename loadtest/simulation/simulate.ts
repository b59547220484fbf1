/** `npm run loadtest -- simulate`: the dispatcher's policy against the best there could be. */
import { percentileOfSorted } from '../statistics.js';
import { dispatchedQueue } from './dispatched-queue.js';
import { idealQueue } from './ideal-queue.js';
import { type Kind, meanMs, mixedServices, poissonArrivals, seeded } from './random.js';
import type { Way } from './simulated-server.js';

export type Scene = {
  readonly workers: number;
  /** The model's `maxInFlight`. */
  readonly limit?: number;
  /** Arrivals, as a share of what the workers can do, or as many of them as may run it. */
  readonly load: number;
  readonly kinds: readonly Kind[];
  readonly requests: number;
  readonly seed: number;
  readonly way: Way;
};

export type Comparison = {
  readonly percent: number;
  readonly idealMs: number;
  readonly ms: number;
};

/** Now and then a request takes 25 times as long, and nothing in it says so. */
export const MIX: readonly Kind[] = [
  { share: 0.95, ms: 2 },
  { share: 0.05, ms: 50 },
];
/** What a worker and its master were seen to need on a small machine. */
export const MEASURED_WAY: Way = { linkMs: 0.15, overheadMs: 0.05 };
/** And with workers that compute on all CPUs of it, beside the master and a load generator. */
const CROWDED_WAY: Way = { linkMs: 0.25, overheadMs: 0.2 };
/** Measured run times are never twice the same. */
const NOISE = 0.05;
const PERCENTS = [50, 99, 99.9];
const SETTINGS: readonly Pick<Scene, 'workers' | 'load' | 'limit'>[] = [
  { workers: 2, load: 0.6 },
  { workers: 2, load: 0.8 },
  { workers: 8, load: 0.8 },
  { workers: 8, load: 0.8, limit: 8 },
  { workers: 8, load: 0.8, limit: 4 },
];

export function compareWithIdeal(scene: Scene): readonly Comparison[] {
  const { load, kinds, requests } = scene;
  const servers = Math.min(scene.workers, scene.limit ?? Number.POSITIVE_INFINITY);
  const random = seeded(scene.seed);
  const arrivals = poissonArrivals(requests, meanMs(kinds) / servers / load, random);
  const services = mixedServices(requests, kinds, NOISE, random);
  const ideal = idealQueue(arrivals, services, servers).sort();
  const dispatched = dispatchedQueue(arrivals, services, scene).sort();
  return PERCENTS.map((percent) => ({
    percent,
    idealMs: percentileOfSorted(ideal, percent),
    ms: percentileOfSorted(dispatched, percent),
  }));
}

/** What a call costs a model, and what each row adds; latencies at two workers, one by one and in units. */
export type UnitScene = {
  readonly fixedMs: number;
  readonly perRowMs: number;
  /** Arrivals, as a share of what the workers can do one by one. */
  readonly load: number;
  readonly requests: number;
  readonly seed: number;
};

export type UnitComparison = {
  readonly percent: number;
  readonly oneByOneMs: number;
  readonly ms: number;
};

const UNIT_WORKERS = 2;

export function compareUnits(scene: UnitScene): readonly UnitComparison[] {
  const { fixedMs, perRowMs, load, requests } = scene;
  const oneMs = fixedMs + perRowMs;
  const gapMs = (oneMs + MEASURED_WAY.overheadMs) / UNIT_WORKERS / load;
  const arrivals = poissonArrivals(requests, gapMs, seeded(scene.seed));
  const services = new Float64Array(requests).fill(oneMs);
  const latenciesOf = (maxRows: number): Float64Array => {
    const batches = { fixedMs, perRowMs, maxRows };
    const options = { workers: UNIT_WORKERS, way: MEASURED_WAY, batches };
    return dispatchedQueue(arrivals, services, options).sort();
  };
  const oneByOne = latenciesOf(1);
  const units = latenciesOf(64);
  return PERCENTS.map((percent) => ({
    percent,
    oneByOneMs: percentileOfSorted(oneByOne, percent),
    ms: percentileOfSorted(units, percent),
  }));
}

function unitTable(requests: number): string {
  const lines = ['| call + row | load | p50 | p99 | p99.9 |', '|---|---|---|---|---|'];
  for (const [fixedMs, perRowMs] of [
    [4.8, 0.2],
    [0.2, 4.8],
  ] as const) {
    for (const load of [0.5, 0.9, 1.5]) {
      const figures = compareUnits({ fixedMs, perRowMs, load, requests, seed: 1 });
      const cells = figures.map(
        ({ oneByOneMs, ms }) => `${oneByOneMs.toFixed(1)} → ${ms.toFixed(1)} ms`,
      );
      lines.push(`| ${fixedMs} + ${perRowMs} ms | ${load * 100} % | ${cells.join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

/** Two Markdown tables. */
export function simulate(requests = 200_000): string {
  const lines = [
    '| workers | `maxInFlight` | load | way | p50 | p99 | p99.9 |',
    '|---|---|---|---|---|---|---|',
  ];
  for (const setting of SETTINGS) {
    const { workers, load, limit = '' } = setting;
    for (const way of [{ linkMs: 0, overheadMs: 0 }, MEASURED_WAY, CROWDED_WAY]) {
      const figures = compareWithIdeal({ ...setting, kinds: MIX, requests, seed: 1, way });
      const cells = figures.map(
        ({ idealMs, ms }) =>
          `${idealMs.toFixed(1)} → ${ms.toFixed(1)} ms (${(ms / idealMs).toFixed(2)} ×)`,
      );
      const costs = `${way.linkMs} + ${way.overheadMs} ms`;
      lines.push(`| ${workers} | ${limit} | ${load * 100} % | ${costs} | ${cells.join(' | ')} |`);
    }
  }
  return `${lines.join('\n')}\n\n${unitTable(requests / 10)}`;
}

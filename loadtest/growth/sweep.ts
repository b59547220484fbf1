/** How cost grows with one thing: ours and the baseline at each value of it, a short round each. */
import type { Finding, Goal, Table, Trial } from '../goals/goal.js';
import { short } from '../goals/verdict.js';
import type { Ask } from '../load/ask.js';
import type { AxisOptions } from '../plots/axis.js';
import { lineChart } from '../plots/line-chart.js';
import type { Plot } from '../plots/plot.js';
import { type Round, runRound } from '../round.js';
import type { Running } from '../servers/running.js';
import { together } from '../servers/together.js';

export type Point = {
  readonly x: number;
  readonly label: string;
  readonly connections: number;
  readonly asks: readonly Ask[];
};

/** The same pair of servers for some points. */
export type Stretch = {
  readonly starts: readonly (() => Promise<Running>)[];
  readonly points: readonly Point[];
  check(server: Running): Promise<void>;
};

export type Sweep = {
  readonly name: string;
  readonly title: string;
  readonly method: string;
  readonly x: AxisOptions;
  readonly plots: readonly Drawn[];
  stretches(): readonly Stretch[];
};

/** What is drawn of each round. */
export type Drawn = {
  readonly name: string;
  readonly title: string;
  readonly y: AxisOptions;
  of(round: Round): number;
};

export type Measured = { readonly point: Point; readonly rounds: readonly Round[] };

export const CPU: Omit<Drawn, 'name' | 'title'> = {
  y: { label: 'CPU µs per request', isLog: true },
  of: ({ cpuMicros }) => cpuMicros,
};

const SERVERS = ['forkcast', 'baseline'] as const;
const WARM_UP_SECONDS = 2;

/** A sweep judges nothing: its tables and plots are for people. */
export function sweepGoal(sweep: Sweep): Goal {
  const { name, title, method } = sweep;
  return { name, title, method, measure: (trial) => measureSweep(sweep, trial) };
}

async function measureSweep(sweep: Sweep, trial: Trial): Promise<Finding> {
  const all: Measured[] = [];
  for (const stretch of sweep.stretches()) all.push(...(await measureStretch(stretch, trial)));
  const figures = all.map(({ point: { x, label }, rounds }) => ({ x, label, rounds }));
  const plots = sweep.plots.map((drawn) => plotOf(sweep, drawn, all));
  return { verdicts: [], tables: [tableOf(sweep, all)], plots, figures };
}

function measureStretch({ starts, points, check }: Stretch, trial: Trial): Promise<Measured[]> {
  return together(starts, async (servers) => {
    const all: Measured[] = [];
    for (const server of servers) await check(server);
    for (const [at, point] of points.entries()) {
      const rounds: Round[] = [];
      const order = { kind: 'sockets', connections: point.connections, asks: point.asks } as const;
      for (const server of servers) {
        const { port } = server;
        if (at === 0) await runRound(server, { ...order, port, seconds: WARM_UP_SECONDS });
        rounds.push(await runRound(server, { ...order, port, seconds: trial.seconds(3, 1) }));
      }
      const cpu = rounds.map(({ cpuMicros }) => short(cpuMicros)).join(' against ');
      trial.note(`${point.label}: ${cpu} µs CPU`);
      all.push({ point, rounds });
    }
    for (const server of servers) await check(server);
    return all;
  });
}

function tableOf({ title, x }: Sweep, all: readonly Measured[]): Table {
  const figures = ['req/s', 'p50 ms', 'p99 ms', 'CPU µs'];
  const head = SERVERS.flatMap((server) => figures.map((figure) => `${server} ${figure}`));
  const rows = all.map(({ point, rounds }) => [
    point.label,
    ...rounds.flatMap(({ requestsPerSecond, p50Ms, p99Ms, cpuMicros }) =>
      [requestsPerSecond, p50Ms, p99Ms, cpuMicros].map(short),
    ),
    short((rounds[0]?.cpuMicros ?? 0) / (rounds[1]?.cpuMicros ?? 0)),
    String(rounds.reduce((sum, { errors }) => sum + errors, 0)),
  ]);
  return { title, head: [x.label, ...head, 'CPU ratio', 'errors'], rows };
}

function plotOf(sweep: Sweep, { name, title, y, of }: Drawn, all: readonly Measured[]): Plot {
  const series = SERVERS.map((server, at) => ({
    name: server,
    points: all.map(({ point, rounds }) => {
      const round = rounds[at];
      return [point.x, round === undefined ? Number.NaN : of(round)] as const;
    }),
  }));
  return lineChart({ name, title, x: sweep.x, y, series });
}

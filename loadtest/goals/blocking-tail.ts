/** The same mix on eight workers that wait without a CPU: what one queue over all workers brings. */
import type { MixFigures, MixScene } from '../load/mix.js';
import { quantile } from '../load/samples.js';
import type { Running } from '../servers/running.js';
import { medianOfEach } from '../statistics.js';
import { alternate } from './alternate.js';
import type { Finding, Goal, Trial } from './goal.js';
import { type MixRound, withWaiting } from './mix-rounds.js';
import { idealRow, MIX_HEAD, mixRow, tailPlot } from './mix-tables.js';
import { atMost, ratiosOf, short } from './verdict.js';

const SCENE = { workers: 8, load: 0.8, connections: 32, sleeps: true };
const GOAL = 0.4;

/** How requests come to connections: `name` as in a table. */
const WAYS = [
  {
    name: 'each client over its own connection',
    plot: 'blocking-tail',
    hasOwnConnections: true,
    seconds: 60,
  },
  {
    name: 'over any that is free',
    plot: 'blocking-tail-pool',
    hasOwnConnections: false,
    seconds: 20,
  },
] as const;

type Way = (typeof WAYS)[number];

export const blockingTail: Goal = {
  name: 'blocking-tail',
  title: 'the same with 8 workers whose model blocks without a CPU, 80 % load',
  method:
    'As above, but the model waits with `Atomics.wait`, so that eight workers are eight servers even on two CPUs. Ours and the baseline get the same arrivals in each pair of rounds. Once each arrival is of one of 32 clients, by chance, that has a connection of its own and waits for it; once it goes out over a connection that is free, as through a proxy that keeps a pool: then a worker of the baseline that is busy for long gets few more, and what the ideal queue would reach beside it stands above the table.',
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const { arrivals } = trial.options;
  const warmUp: MixScene = { ...SCENE, arrivals, seconds: 0, seed: 0 };
  return withWaiting(trial, warmUp, async (servers, round) => {
    const findings: Finding[] = [];
    for (const way of WAYS) findings.push(await measureWay(trial, servers, round, way));
    return {
      verdicts: findings.flatMap(({ verdicts }) => verdicts),
      tables: findings.flatMap(({ tables }) => tables ?? []),
      plots: findings.flatMap(({ plots }) => plots ?? []),
      figures: findings.map(({ figures }) => figures),
    };
  });
}

async function measureWay(
  trial: Trial,
  servers: readonly Running[],
  round: MixRound,
  { name, plot, hasOwnConnections, ...way }: Way,
): Promise<Finding> {
  const { arrivals } = trial.options;
  const scene = { ...SCENE, arrivals, hasOwnConnections, seconds: trial.seconds(way.seconds, 8) };
  const rounds = await alternate(servers, trial.rounds(5, 2), (server, seed) =>
    round(server, { ...scene, seed }),
  );
  const [ours = [], theirs = []] = rounds;
  const p99 = (list: readonly MixFigures[]) => list.map(({ quantiles }) => quantile(quantiles, 99));
  const idealP99 = ours.map(({ idealQuantiles }) => quantile(idealQuantiles, 99));
  const best = ratiosOf(idealP99, p99(theirs)).median;
  const middle = (list: readonly (readonly number[])[]) => medianOfEach(list);
  return {
    verdicts: [atMost(`p99, ${name}`, GOAL, ratiosOf(p99(ours), p99(theirs)))],
    tables: [
      {
        title: `80 % load, ${name}; p99 of the ideal queue is ${short(best)} × the baseline's`,
        head: MIX_HEAD,
        rows: [mixRow('forkcast', ours), idealRow(ours), mixRow('baseline', theirs)],
      },
    ],
    plots: [
      tailPlot(plot, `Latency at 80 % load, 8 workers that block, ${name}`, [
        { name: 'forkcast', quantiles: middle(ours.map(({ quantiles }) => quantiles)) },
        { name: 'ideal queue', quantiles: middle(ours.map((one) => one.idealQuantiles)) },
        { name: 'baseline', quantiles: middle(theirs.map(({ quantiles }) => quantiles)) },
      ]),
    ],
    figures: { name, ours, theirs },
  };
}

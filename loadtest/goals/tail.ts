/** Latency of a mix of short and long requests, against an ideal single queue. */
import type { MixFigures, MixScene } from '../load/mix.js';
import { quantile } from '../load/samples.js';
import type { Plot } from '../plots/plot.js';
import type { Running } from '../servers/running.js';
import { medianOfEach } from '../statistics.js';
import type { Finding, Goal, Table, Trial, Verdict } from './goal.js';
import { type MixRound, withWaiting } from './mix-rounds.js';
import { idealRow, MIX_HEAD, mixRow, tailPlot } from './mix-tables.js';
import { atMost, ratiosOf } from './verdict.js';

const WORKERS = 2;
const LOADS = [0.6, 0.8];
const GOALS = [
  { percent: 99, limit: 1.1 },
  { percent: 99.9, limit: 1.25 },
];
/** The baseline is shown, not judged. */
const BASELINE_ROUNDS = 1;

export const tail: Goal = {
  name: 'tail',
  title: '95 % × 2 ms + 5 % × 50 ms, 2 workers, against an ideal queue',
  method:
    'Poisson arrivals over 32 keep-alive connections; a request counts from when it was due. The model spins for the time and answers how long it took; the ideal is one queue, simulated with the same arrivals and these times, in which nothing else takes time. The model, the master and the generator share the CPUs.',
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const rounds = trial.rounds(5, 2);
  const seconds = trial.seconds(60, 8);
  const { arrivals } = trial.options;
  const rest = { arrivals, workers: WORKERS, connections: 32, sleeps: false, seconds };
  return withWaiting(
    trial,
    { ...rest, load: 0.6, seed: 0 },
    async ([forkcast, baseline], round) => {
      const byLoad: LoadFigures[] = [];
      for (const load of LOADS) {
        const at = (seed: number): MixScene => ({ ...rest, load, seed });
        const ours = await repeated(forkcast, rounds, at, round);
        byLoad.push({ load, ours, theirs: await repeated(baseline, BASELINE_ROUNDS, at, round) });
      }
      return {
        verdicts: byLoad.flatMap(verdictsOf),
        tables: byLoad.map(tableOf),
        plots: byLoad.map(plotOf),
        figures: byLoad,
      };
    },
  );
}

type LoadFigures = {
  readonly load: number;
  readonly ours: readonly MixFigures[];
  readonly theirs: readonly MixFigures[];
};

async function repeated(
  server: Running | undefined,
  rounds: number,
  scene: (seed: number) => MixScene,
  round: MixRound,
): Promise<MixFigures[]> {
  const figures: MixFigures[] = [];
  for (let seed = 1; server !== undefined && seed <= rounds; seed += 1) {
    figures.push(await round(server, scene(seed)));
  }
  return figures;
}

function verdictsOf({ load, ours }: LoadFigures): Verdict[] {
  return GOALS.map(({ percent, limit }) => {
    const measured = ours.map(({ quantiles }) => quantile(quantiles, percent));
    const ideal = ours.map(({ idealQuantiles }) => quantile(idealQuantiles, percent));
    return atMost(`${load * 100} % load, p${percent}`, limit, ratiosOf(measured, ideal), '× ideal');
  });
}

function tableOf({ load, ours, theirs }: LoadFigures): Table {
  return {
    title: `${load * 100} % load`,
    head: MIX_HEAD,
    rows: [mixRow('forkcast', ours), idealRow(ours), mixRow('baseline', theirs)],
  };
}

function plotOf({ load, ours, theirs }: LoadFigures): Plot {
  const middle = (lists: readonly (readonly number[])[]) => medianOfEach(lists);
  return tailPlot(`tail-${load * 100}`, `Latency at ${load * 100} % load, 2 workers`, [
    { name: 'forkcast', quantiles: middle(ours.map(({ quantiles }) => quantiles)) },
    { name: 'ideal queue', quantiles: middle(ours.map(({ idealQuantiles }) => idealQuantiles)) },
    { name: 'baseline', quantiles: middle(theirs.map(({ quantiles }) => quantiles)) },
  ]);
}

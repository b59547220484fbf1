/** The same mix on eight workers that wait without a CPU: what one queue over all workers brings. */
import type { MixFigures, MixScene } from '../load/mix.js';
import { quantile } from '../load/samples.js';
import { medianOfEach } from '../statistics.js';
import { alternate } from './alternate.js';
import type { Finding, Goal, Trial } from './goal.js';
import { withWaiting } from './mix-rounds.js';
import { idealRow, MIX_HEAD, mixRow, tailPlot } from './mix-tables.js';
import { atMost, ratiosOf, short } from './verdict.js';

const SCENE = { workers: 8, load: 0.8, connections: 32, sleeps: true };
const GOAL = 0.4;

export const blockingTail: Goal = {
  name: 'blocking-tail',
  title: 'the same with 8 workers whose model blocks without a CPU, 80 % load',
  method:
    'As above, but the model waits with `Atomics.wait`, so that eight workers are eight servers even on two CPUs. Ours and the baseline get the same arrivals in each pair of rounds. A request goes out over a connection that is free, so a worker of the baseline that is busy for long gets few more; what the ideal queue would reach beside it stands above the table.',
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const seconds = trial.seconds(60, 8);
  const { arrivals } = trial.options;
  const scene: Omit<MixScene, 'seed'> = { ...SCENE, arrivals, seconds };
  return withWaiting(trial, { ...scene, seed: 0 }, async (servers, round) => {
    const rounds = await alternate(servers, trial.rounds(5, 2), (server, seed) =>
      round(server, { ...scene, seed }),
    );
    const [ours = [], theirs = []] = rounds;
    const p99 = (list: readonly MixFigures[]) =>
      list.map(({ quantiles }) => quantile(quantiles, 99));
    const idealP99 = ours.map(({ idealQuantiles }) => quantile(idealQuantiles, 99));
    const best = ratiosOf(idealP99, p99(theirs)).median;
    const middle = (list: readonly (readonly number[])[]) => medianOfEach(list);
    return {
      verdicts: [atMost('p99', GOAL, ratiosOf(p99(ours), p99(theirs)))],
      tables: [
        {
          title: `80 % load; p99 of the ideal queue is ${short(best)} × the baseline's`,
          head: MIX_HEAD,
          rows: [mixRow('forkcast', ours), idealRow(ours), mixRow('baseline', theirs)],
        },
      ],
      plots: [
        tailPlot('blocking-tail', 'Latency at 80 % load, 8 workers that block', [
          { name: 'forkcast', quantiles: middle(ours.map(({ quantiles }) => quantiles)) },
          { name: 'ideal queue', quantiles: middle(ours.map((one) => one.idealQuantiles)) },
          { name: 'baseline', quantiles: middle(theirs.map(({ quantiles }) => quantiles)) },
        ]),
      ],
      figures: { ours, theirs },
    };
  });
}

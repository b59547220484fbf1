/** What the way through master and worker costs a client that is alone. */
import { PERCENTS } from '../load/samples.js';
import { MODELS, type ModelName } from '../options.js';
import { lineChart } from '../plots/line-chart.js';
import { medianRound } from '../round.js';
import { spreadOf } from '../statistics.js';
import { measureBareHop } from './bare-hop.js';
import { type DigitsRounds, withDigits } from './digits-rounds.js';
import type { Finding, Goal, Trial } from './goal.js';
import { ROUND_HEAD, roundRow } from './round-table.js';
import { atMost } from './verdict.js';

const WORKERS = 2;
const GOAL_MICROS = 30;

export const oneConnection: Goal = {
  name: 'one-connection',
  title: 'p50 at 1 connection, over the baseline’s',
  method:
    'One keep-alive connection that sends its next request when it has the answer. The figure is our p50 less the baseline’s of the same pair of rounds. The last table is what a process more on the way costs on this machine by itself: two servers on bare sockets that work for 80 µs, one of them in a process behind the one that is asked.',
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const load = { kind: 'sockets', connections: 1, seconds: trial.seconds(4, 2) } as const;
  const byModel: { readonly model: ModelName; readonly rounds: DigitsRounds }[] = [];
  for (const model of MODELS) {
    const rounds = await withDigits(trial, model, WORKERS, (pair) =>
      pair(load, trial.rounds(7, 3)),
    );
    byModel.push({ model, rounds });
  }
  const hop = await measureBareHop(trial, load, trial.rounds(7, 3));
  return {
    verdicts: byModel.map(({ model, rounds: { ours, theirs } }) => {
      const over = ours.map(({ p50Ms }, at) => 1000 * (p50Ms - (theirs[at]?.p50Ms ?? Number.NaN)));
      return atMost(model, GOAL_MICROS, spreadOf(over), 'µs more');
    }),
    tables: [
      ...byModel.map(({ model, rounds }) => ({
        title: model,
        head: ROUND_HEAD,
        rows: [roundRow('forkcast', rounds.ours), roundRow('baseline', rounds.theirs)],
      })),
      hop.table,
    ],
    plots: byModel.slice(0, 1).map(({ model, rounds }) =>
      lineChart({
        name: 'one-connection',
        title: `Latency of one client, ${model}`,
        x: { label: 'percent of requests', isLog: false },
        y: { label: 'ms', isLog: true },
        series: (['ours', 'theirs'] as const).map((whose) => ({
          name: whose === 'ours' ? 'forkcast' : 'baseline',
          points: medianRound(rounds[whose])
            .quantiles.map((ms, at) => [PERCENTS[at] ?? 0, ms] as const)
            .filter(([percent]) => percent <= 99),
        })),
      }),
    ),
    figures: { byModel, hop: hop.rounds },
  };
}

/** CPU per request at full load: the figure to trust, since it does not depend on who else uses the machine. */

import { MODELS } from '../options.js';
import { stackedBars } from '../plots/stacked-bars.js';
import { medianRound } from '../round.js';
import { type DigitsRounds, withDigits } from './digits-rounds.js';
import type { Finding, Goal, Trial } from './goal.js';
import { ROUND_HEAD, roundRow } from './round-table.js';
import { atMost, ratiosOf } from './verdict.js';

const WORKERS = 2;
const CONNECTIONS = 64;
const GOAL = 0.6;

export const cpu: Goal = {
  name: 'cpu',
  title: 'CPU per request, 64 connections',
  method:
    'Time on a CPU of all processes and threads of a server (schedstat), for one request; load by autocannon on 64 keep-alive connections, 2 workers, one row a request.',
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const load = {
    kind: 'autocannon',
    connections: CONNECTIONS,
    seconds: trial.seconds(5, 2),
  } as const;
  const byModel: { readonly model: string; readonly rounds: DigitsRounds }[] = [];
  for (const model of MODELS) {
    const rounds = await withDigits(trial, model, WORKERS, (pair) =>
      pair(load, trial.rounds(7, 3)),
    );
    byModel.push({ model, rounds });
  }
  const cpuOf = (rounds: DigitsRounds['ours']) => rounds.map(({ cpuMicros }) => cpuMicros);
  return {
    verdicts: byModel.map(({ model, rounds: { ours, theirs } }) =>
      atMost(model, GOAL, ratiosOf(cpuOf(ours), cpuOf(theirs))),
    ),
    tables: byModel.map(({ model, rounds }) => ({
      title: model,
      head: ROUND_HEAD,
      rows: [roundRow('forkcast', rounds.ours), roundRow('baseline', rounds.theirs)],
    })),
    plots: [
      stackedBars({
        name: 'cpu-per-request',
        title: 'CPU per request at 64 connections, by process',
        unit: 'µs',
        parts: ['master', ...Array.from({ length: WORKERS }, (_, at) => `worker ${at + 1}`)],
        bars: byModel.flatMap(({ model, rounds: { ours, theirs } }) => [
          { group: model, name: 'forkcast', values: medianRound(ours).byProcessMicros },
          { group: model, name: 'baseline', values: medianRound(theirs).byProcessMicros },
        ]),
      }),
    ],
    figures: byModel,
  };
}

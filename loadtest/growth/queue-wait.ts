/** How long requests wait, against how much of the workers' time is asked for. */
import { alternate } from '../goals/alternate.js';
import type { Finding, Goal, Trial } from '../goals/goal.js';
import { withWaiting } from '../goals/mix-rounds.js';
import { short } from '../goals/verdict.js';
import type { MixFigures, MixScene } from '../load/mix.js';
import { quantile } from '../load/samples.js';
import { lineChart } from '../plots/line-chart.js';

const LOADS = [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9];
const SCENE = { workers: 4, connections: 64, sleeps: true, seed: 7 };

export const queueWait: Goal = {
  name: 'queue-wait',
  title: 'queue wait against load',
  method: `95 % × 2 ms and 5 % × 50 ms, Poisson arrivals over ${SCENE.connections} connections, ${SCENE.workers} workers that block without a CPU. The wait is a request’s latency less the service time that its model measured: so it holds all that the server itself takes, too.`,
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const seconds = trial.seconds(15, 4);
  const { arrivals } = trial.options;
  const scene = (load: number): MixScene => ({ ...SCENE, arrivals, load, seconds });
  return withWaiting(trial, scene(0.5), async (servers, round) => {
    const all: { readonly load: number; readonly ours: MixFigures; readonly theirs: MixFigures }[] =
      [];
    for (const load of LOADS) {
      const [ours, theirs] = await alternate(servers, 1, (server) => round(server, scene(load)));
      if (ours?.[0] !== undefined && theirs?.[0] !== undefined) {
        all.push({ load, ours: ours[0], theirs: theirs[0] });
      }
    }
    const points = (of: (one: (typeof all)[number]) => number) =>
      all.map((one) => [one.load * 100, of(one)] as const);
    return {
      verdicts: [],
      tables: [
        {
          title: 'mean wait, and p99 of the latency',
          head: [
            'load',
            'forkcast',
            'ideal queue',
            'baseline',
            'p99 forkcast',
            'ideal',
            'baseline',
          ],
          rows: all.map(({ load, ours, theirs }) => [
            `${(load * 100).toFixed(0)} %`,
            ...[ours.meanWaitMs, ours.idealMeanWaitMs, theirs.meanWaitMs].map(inMs),
            ...[ours.quantiles, ours.idealQuantiles, theirs.quantiles].map((list) =>
              inMs(quantile(list, 99)),
            ),
          ]),
        },
      ],
      plots: [
        lineChart({
          ...{ name: 'queue-wait', title: 'Mean wait against load, 4 workers that block' },
          x: { label: 'load, percent', isLog: false },
          y: { label: 'ms', isLog: true },
          series: [
            { name: 'forkcast', points: points(({ ours }) => ours.meanWaitMs) },
            { name: 'ideal queue', points: points(({ ours }) => ours.idealMeanWaitMs) },
            { name: 'baseline', points: points(({ theirs }) => theirs.meanWaitMs) },
          ],
        }),
      ],
      figures: all,
    };
  });
}

function inMs(value: number): string {
  return `${short(value)} ms`;
}

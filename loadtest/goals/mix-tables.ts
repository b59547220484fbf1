/** Tables and plots of open-loop rounds; pure. */
import type { MixFigures } from '../load/mix.js';
import { PERCENTS, quantile } from '../load/samples.js';
import { lineChart, type Series } from '../plots/line-chart.js';
import type { Plot } from '../plots/plot.js';
import { median, medianOfEach, sum } from '../statistics.js';
import { short } from './verdict.js';

export const MIX_HEAD: readonly string[] = [
  'server',
  'rounds',
  'requests',
  'p50 ms',
  'p99 ms',
  'p99.9 ms',
  'generator late p50, p99 ms',
  'waited for a connection',
  'errors',
];

export function mixRow(name: string, rounds: readonly MixFigures[]): string[] {
  const late = medianOfEach(rounds.map(({ lateQuantiles }) => lateQuantiles));
  return [
    ...latencyCells(
      name,
      rounds,
      rounds.map(({ quantiles }) => quantiles),
    ),
    `${short(quantile(late, 50))}, ${short(quantile(late, 99))}`,
    String(sum(rounds.map(({ waited }) => waited))),
    String(sum(rounds.map(({ errors }) => errors))),
  ];
}

export function idealRow(rounds: readonly MixFigures[]): string[] {
  const lists = rounds.map(({ idealQuantiles }) => idealQuantiles);
  return [...latencyCells('ideal queue (simulated)', rounds, lists), '', '', ''];
}

function latencyCells(
  name: string,
  rounds: readonly MixFigures[],
  lists: readonly (readonly number[])[],
): string[] {
  const at = (percent: number) => short(median(lists.map((list) => quantile(list, percent))));
  const requests = String(sum(rounds.map((round) => round.requests)));
  return [name, String(rounds.length), requests, at(50), at(99), at(99.9)];
}

/** Latency by how many requests are slower: each step to the right is ten times fewer. */
export function tailPlot(
  name: string,
  title: string,
  lists: readonly { readonly name: string; readonly quantiles: readonly number[] }[],
): Plot {
  const shown = PERCENTS.map((percent, at) => ({ percent, at })).filter(
    ({ percent }) => percent < 100,
  );
  return lineChart({
    ...{ name, title },
    x: {
      label: 'percentile',
      isLog: true,
      ticks: [50, 90, 99, 99.9, 99.99].map((percent) => ({
        at: oneIn(percent),
        label: String(percent),
      })),
    },
    y: { label: 'ms', isLog: true },
    series: lists.map(
      ({ name: of, quantiles }): Series => ({
        name: of,
        points: shown.map(({ percent, at }) => [oneIn(percent), quantiles[at] ?? Number.NaN]),
      }),
    ),
  });
}

function oneIn(percent: number): number {
  return 100 / (100 - percent);
}

/** Bars of several parts, one under the other in groups; pure. */
import { sum } from '../statistics.js';
import { axisOf } from './axis.js';
import type { Plot } from './plot.js';
import { colour, legend, line, round, svg, text, WIDTH } from './svg.js';

export type Bar = {
  readonly group: string;
  readonly name: string;
  /** One for each part; what is missing is nothing. */
  readonly values: readonly number[];
};

export type StackedBars = {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly parts: readonly string[];
  readonly bars: readonly Bar[];
};

const LEFT = 170;
const RIGHT = WIDTH - 84;
const TOP = 64;
const BAR = 20;
const STEP = 26;
const GROUP_GAP = 12;

export function stackedBars({ name, title, unit, parts, bars }: StackedBars): Plot {
  const axis = axisOf(
    { label: unit, isLog: false },
    bars.map(({ values }) => sum(values)),
  );
  const x = (value: number) => LEFT + axis.place(value) * (RIGHT - LEFT);
  const tops = topsOf(bars);
  const bottom = (tops.at(-1) ?? TOP) + STEP;
  const grid = axis.ticks.flatMap(({ at, label }) => [
    line([x(at), TOP - 6], [x(at), bottom], 'grid'),
    text(x(at), bottom + 16, label, 'text-anchor="middle"'),
  ]);
  const drawn = bars.flatMap((bar, at) => barAt(bar, tops[at] ?? 0, x, unit));
  const unitText = text(RIGHT, bottom + 34, unit, 'text-anchor="end"');
  const all = [...legend(parts, 46), ...grid, ...drawn, unitText];
  return { name, title, svg: svg(bottom + 44, title, all) };
}

function barAt(
  { group, name, values }: Bar,
  top: number,
  x: (value: number) => number,
  unit: string,
): string[] {
  let from = 0;
  const pieces = values.map((value, at) => {
    const piece = `<rect x="${round(x(from))}" y="${top}" width="${round(x(value) - x(0))}" height="${BAR}" fill="${colour(at)}"/>`;
    from += value;
    return piece;
  });
  const total = `${from.toFixed(1)} ${unit}`;
  return [
    text(LEFT - 8, top + 14, `${group} · ${name}`, 'text-anchor="end"'),
    ...pieces,
    text(x(from) + 6, top + 14, total),
  ];
}

function topsOf(bars: readonly Bar[]): number[] {
  let top = TOP;
  return bars.map(({ group }, at) => {
    if (at > 0) top += STEP + (bars[at - 1]?.group === group ? 0 : GROUP_GAP);
    return top;
  });
}

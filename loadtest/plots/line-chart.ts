/** Lines over two axes, each linear or logarithmic; pure. */
import { type Axis, type AxisOptions, axisOf } from './axis.js';
import type { Plot } from './plot.js';
import { colour, legend, line, round, svg, text, WIDTH } from './svg.js';

export type Series = {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
};

export type LineChart = {
  readonly name: string;
  readonly title: string;
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly series: readonly Series[];
};

const HEIGHT = 400;
const AREA = { left: 64, right: WIDTH - 24, top: 64, bottom: HEIGHT - 52 };
/** More of them would make a line thick. */
const MOST_DOTS = 30;

export function lineChart({ name, title, x, y, series }: LineChart): Plot {
  const points = series.flatMap((one) => one.points);
  const across = axisOf(
    x,
    points.map(([value]) => value),
  );
  const up = axisOf(
    y,
    points.map(([, value]) => value),
  );
  const parts = [
    ...legend(
      series.map((one) => one.name),
      46,
    ),
    ...grid(across, up),
    ...series.flatMap((one, at) => drawn(one, colour(at), across, up)),
  ];
  return { name, title, svg: svg(HEIGHT, title, parts) };
}

function drawn({ points }: Series, stroke: string, across: Axis, up: Axis): string[] {
  const placed = points.map(([x, y]) => [xOf(across, x), yOf(up, y)] as const);
  const shown = placed.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const path = shown.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  const dots = shown.map(
    ([x, y]) => `<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="${stroke}"/>`,
  );
  return [
    `<polyline points="${path}" fill="none" stroke="${stroke}" stroke-width="2"/>`,
    ...(shown.length <= MOST_DOTS ? dots : []),
  ];
}

function grid(across: Axis, up: Axis): string[] {
  const { left, right, top, bottom } = AREA;
  return [
    ...up.ticks.flatMap(({ at, label }) => [
      line([left, yOf(up, at)], [right, yOf(up, at)], 'grid'),
      text(left - 8, yOf(up, at) + 4, label, 'text-anchor="end"'),
    ]),
    ...across.ticks.flatMap(({ at, label }) => [
      line([xOf(across, at), top], [xOf(across, at), bottom], 'grid'),
      text(xOf(across, at), bottom + 18, label, 'text-anchor="middle"'),
    ]),
    line([left, bottom], [right, bottom], 'axis'),
    line([left, top], [left, bottom], 'axis'),
    text((left + right) / 2, bottom + 40, across.label, 'text-anchor="middle"'),
    text(
      0,
      0,
      up.label,
      `text-anchor="middle" transform="translate(16 ${(top + bottom) / 2}) rotate(-90)"`,
    ),
  ];
}

function xOf(axis: Axis, value: number): number {
  return AREA.left + axis.place(value) * (AREA.right - AREA.left);
}

function yOf(axis: Axis, value: number): number {
  return AREA.bottom - axis.place(value) * (AREA.bottom - AREA.top);
}

/** Where values and their ticks lie on an axis; pure. */
export type Tick = { readonly at: number; readonly label: string };

export type AxisOptions = {
  readonly label: string;
  readonly isLog: boolean;
  /** In place of those that are worked out. */
  readonly ticks?: readonly Tick[];
};

export type Axis = {
  readonly label: string;
  readonly ticks: readonly Tick[];
  /** From 0 at the least value to 1 at the most. */
  place(value: number): number;
};

/** A linear axis begins at 0: a cut one makes differences look larger than they are. */
export function axisOf(options: AxisOptions, values: readonly number[]): Axis {
  const shown = values.filter((value) => Number.isFinite(value) && (!options.isLog || value > 0));
  return options.isLog ? logAxis(options, shown) : linearAxis(options, shown);
}

function linearAxis({ label, ticks }: AxisOptions, values: readonly number[]): Axis {
  const most = Math.max(0, ...values) || 1;
  const step = niceStep(most / 5);
  const end = Math.ceil(most / step - 1e-9) * step;
  const count = Math.round(end / step);
  const made = Array.from({ length: count + 1 }, (_, at) => tick(at * step));
  return { label, ticks: ticks ?? made, place: (value) => value / end };
}

function logAxis({ label, ticks }: AxisOptions, values: readonly number[]): Axis {
  const given = ticks?.map(({ at }) => at) ?? [];
  const least = Math.min(...values, ...given);
  const most = Math.max(...values, ...given);
  if (!(least > 0)) return { label, ticks: [], place: () => 0 };
  const [from, to] = ticks === undefined ? [floor125(least), ceil125(most)] : [least, most];
  const width = Math.log(to / from) || 1;
  const inRange = steps125(from, to);
  const decades = inRange.filter((value) => isPowerOfTen(value));
  const made = (decades.length > 4 ? decades : inRange).map(tick);
  return { label, ticks: ticks ?? made, place: (value) => Math.log(value / from) / width };
}

function tick(at: number): Tick {
  return { at, label: shortNumber(at) };
}

/** 0.5, 20, 3k, 1.5M */
export function shortNumber(value: number): string {
  if (value >= 1e6) return `${plain(value / 1e6)}M`;
  if (value >= 1e3) return `${plain(value / 1e3)}k`;
  return plain(value);
}

function plain(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** 1, 2 or 5 times a power of ten, and not less than `least`. */
function niceStep(least: number): number {
  return ceil125(least);
}

function ceil125(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const of = value / power;
  const found = [1, 2, 5].find((step) => step >= of - 1e-9) ?? 10;
  return found * power;
}

function floor125(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const of = value / power;
  const found = [5, 2].find((step) => step <= of + 1e-9) ?? 1;
  return found * power;
}

function steps125(from: number, to: number): number[] {
  const steps: number[] = [];
  for (let value = from; value <= to * (1 + 1e-9); value = ceil125(value * 1.01)) steps.push(value);
  return steps;
}

function isPowerOfTen(value: number): boolean {
  const power = Math.log10(value);
  return Math.abs(power - Math.round(power)) < 1e-9;
}

/**
 * Counters and histograms that cost a few nanoseconds on the request path. A
 * series is resolved once for its label values and kept; observing it hashes
 * nothing and allocates nothing.
 */

export class Counter {
  value = 0;

  add(amount: number): void {
    this.value += amount;
  }
}

export class Histogram {
  readonly #bounds: readonly number[];
  /** Per bucket, not cumulative. */
  readonly #counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = [...bounds, Number.POSITIVE_INFINITY];
    this.#counts = this.#bounds.map(() => 0);
  }

  /** A value belongs to the first bucket whose upper bound is not below it. */
  observe(value: number): void {
    let bucket = 0;
    while (value > (this.#bounds[bucket] ?? value)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.sum += value;
  }

  /** Observations up to each bound, then all of them. */
  cumulative(): number[] {
    let total = 0;
    return this.#counts.map((count) => {
      total += count;
      return total;
    });
  }
}

export type Labels<Name extends string = string> = Readonly<Record<Name, string>>;

/** All series of one metric, one per set of label values. The caller keeps the sets few. */
export class Family<Series, Name extends string = string> {
  readonly #labelNames: readonly Name[];
  readonly #create: () => Series;
  readonly #series = new Map<string, { labels: Labels<Name>; series: Series }>();

  constructor(labelNames: readonly Name[], create: () => Series) {
    this.#labelNames = labelNames;
    this.#create = create;
  }

  series(labels: Labels<Name>): Series {
    const key = this.#labelNames.map((name) => labels[name]).join('\n');
    const known = this.#series.get(key);
    if (known !== undefined) return known.series;
    const series = this.#create();
    this.#series.set(key, { labels: { ...labels }, series });
    return series;
  }

  all(): Iterable<{ labels: Labels<Name>; series: Series }> {
    return this.#series.values();
  }
}

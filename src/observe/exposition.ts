import { BUCKETS } from './metric-table.js';
import type { Counter, Family, Histogram } from './series.js';

/** One line of the exposition. */
export type Sample = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it is not the name of the metric itself, as a histogram's `…_bucket`. */
  readonly metricName?: string;
};

export function single(value: number): Sample[] {
  return [{ labels: {}, value }];
}

export function counterSamples(family: Family<Counter>): Sample[] {
  return [...family.all()].map(({ labels, series }) => ({ labels, value: series.value }));
}

/** Per series: each bucket with all below it, the sum and the count, as Prometheus has them. */
export function histogramSamples(
  row: { readonly name: string; readonly buckets: keyof typeof BUCKETS },
  family: Family<Histogram>,
): Sample[] {
  const bounds = [...BUCKETS[row.buckets].map(String), '+Inf'];
  return [...family.all()].flatMap(({ labels, series }) => {
    const counts = series.cumulative();
    return [
      ...bounds.map((le, bucket) => ({
        metricName: `${row.name}_bucket`,
        labels: { ...labels, le },
        value: counts[bucket] ?? 0,
      })),
      { metricName: `${row.name}_sum`, labels, value: series.sum },
      { metricName: `${row.name}_count`, labels, value: counts.at(-1) ?? 0 },
    ];
  });
}

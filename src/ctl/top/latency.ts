import type { Labels, Samples } from './exposition.js';

/** Observations at or below each bound, in order of the bounds; the last bound is infinite. */
export type Buckets = readonly { readonly bound: number; readonly count: number }[];

/** What a histogram's series with these labels have counted between two scrapes, added up. */
export function bucketsBetween(
  before: Samples,
  now: Samples,
  metric: string,
  isWanted: (labels: Labels) => boolean,
): Buckets {
  const counts = countsOf(now, metric, isWanted);
  const earlier = countsOf(before, metric, isWanted);
  return [...counts]
    .map(([bound, count]) => ({ bound, count: count - (earlier.get(bound) ?? 0) }))
    .sort((a, b) => a.bound - b.bound);
}

function countsOf(
  samples: Samples,
  metric: string,
  isWanted: (labels: Labels) => boolean,
): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { labels, value } of samples.get(`${metric}_bucket`) ?? []) {
    if (!isWanted(labels)) continue;
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    counts.set(bound, (counts.get(bound) ?? 0) + value);
  }
  return counts;
}

/**
 * A quantile as Prometheus works it out: within the bucket it falls into, evenly. Beyond the last
 * finite bound nobody knows, so it is that bound. Undefined where nothing was counted.
 */
export function quantile(buckets: Buckets, share: number): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total <= 0) return undefined;
  const rank = share * total;
  let lower = { bound: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank) {
      if (!Number.isFinite(bucket.bound)) return lower.bound;
      const inBucket = bucket.count - lower.count;
      if (inBucket <= 0) return bucket.bound;
      return lower.bound + (bucket.bound - lower.bound) * ((rank - lower.count) / inBucket);
    }
    lower = bucket;
  }
  return lower.bound;
}

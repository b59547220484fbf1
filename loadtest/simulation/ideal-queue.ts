/**
 * The best that any server could do: one queue, first come first served, in which
 * a worker that is free takes the next request at once and nothing but the
 * service itself takes time.
 *
 * @param arrivalsMs when each request came, ascending
 * @param servicesMs how long each one keeps a worker
 * @returns the latency of each: its wait and its service
 */
export function idealQueue(
  arrivalsMs: ArrayLike<number>,
  servicesMs: ArrayLike<number>,
  workers: number,
): Float64Array {
  const freeAtMs = new Float64Array(workers);
  const latenciesMs = new Float64Array(arrivalsMs.length);
  for (let n = 0; n < arrivalsMs.length; n += 1) {
    const arrivalMs = arrivalsMs[n] ?? 0;
    const worker = indexOfLeast(freeAtMs);
    const endMs = Math.max(arrivalMs, freeAtMs[worker] ?? 0) + (servicesMs[n] ?? 0);
    freeAtMs[worker] = endMs;
    latenciesMs[n] = endMs - arrivalMs;
  }
  return latenciesMs;
}

function indexOfLeast(values: Float64Array): number {
  let least = 0;
  for (let n = 1; n < values.length; n += 1) {
    if ((values[n] ?? 0) < (values[least] ?? 0)) least = n;
  }
  return least;
}

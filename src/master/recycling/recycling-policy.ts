/**
 * When is a worker replaced although nothing is wrong with it? Pure. Each limit is a remedy for what
 * grows with a worker's work, its memory or its age.
 */

/** Also the words for it in the log and the metric: they are those of the settings. */
export type RecyclingReason = 'max_requests' | 'max_worker_memory' | 'max_worker_age';

/** Of one worker: its limits, or the same quantities as they are now. */
export type Quantities = Readonly<Record<RecyclingReason, number>>;

/** As the settings have them; undefined is off. */
export type RecyclingSettings = {
  readonly maxRequests: number | undefined;
  readonly maxRequestsJitter: number;
  /** Bytes. */
  readonly maxWorkerMemory: number | undefined;
  /** Milliseconds. */
  readonly maxWorkerAge: number | undefined;
};

/** What makes the limits of one worker others than those of the next, for its whole life. */
export type WorkerTraits = {
  /** In [0, 1). */
  readonly requestsLuck: number;
  /** In [0, 1). */
  readonly ageLuck: number;
  /** Its memory when it became ready: what a successor would need as well. */
  readonly startBytes: number;
};

/** Workers that were forked together are not to grow old together. */
const AGE_SPREAD = 0.1;
const OFF = Number.POSITIVE_INFINITY;

/**
 * Requests: more than `maxRequests` by up to the jitter, as in gunicorn. Age: up to a tenth less, so
 * that no worker is older than was asked for. Memory: none for a worker that was over it from the
 * start, since replacing it would never end.
 */
export function limitsOf(settings: RecyclingSettings, traits: WorkerTraits): Quantities {
  const { maxRequests = OFF, maxRequestsJitter, maxWorkerMemory = OFF } = settings;
  const { maxWorkerAge = OFF } = settings;
  return {
    max_requests: maxRequests + Math.floor(traits.requestsLuck * (maxRequestsJitter + 1)),
    max_worker_memory: traits.startBytes < maxWorkerMemory ? maxWorkerMemory : OFF,
    max_worker_age: maxWorkerAge * (1 - AGE_SPREAD * traits.ageLuck),
  };
}

export type Spent = {
  readonly reason: RecyclingReason;
  /** How far it is over its limit: 1 is just at it. */
  readonly excess: number;
};

/** Undefined while it is under all its limits. Of several, the one that it is furthest over. */
export function spentOf(use: Quantities, limits: Quantities): Spent | undefined {
  let worst: Spent | undefined;
  for (const reason of Object.keys(limits) as RecyclingReason[]) {
    const excess = use[reason] / limits[reason];
    if (excess >= 1 && excess > (worst?.excess ?? 0)) worst = { reason, excess };
  }
  return worst;
}

/** The one to replace first: of those over a limit, the one that is furthest over. */
export function mostSpent<W>(
  workers: readonly W[],
  spent: (worker: W) => Spent | undefined,
): { readonly worker: W; readonly reason: RecyclingReason } | undefined {
  let most: ({ readonly worker: W } & Spent) | undefined;
  for (const worker of workers) {
    const found = spent(worker);
    if (found !== undefined && found.excess > (most?.excess ?? 0)) most = { worker, ...found };
  }
  return most;
}

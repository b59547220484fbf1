/** The part of the settings table that says when a worker is replaced although it is well. */

export const RECYCLING_SETTINGS = {
  maxRequests: {
    kind: 'count',
    group: 'workers',
    live: 'master',
    default: 'off',
    least: 1,
    most: 1_000_000_000,
    doc: 'How many requests a worker serves before another one takes its place.',
  },
  maxRequestsJitter: {
    kind: 'count',
    group: 'workers',
    live: 'master',
    default: 0,
    least: 0,
    most: 1_000_000_000,
    doc: 'The most that is added to that at random for each worker, so that not all are due at once.',
  },
  maxWorkerMemory: {
    kind: 'size',
    group: 'workers',
    live: 'master',
    default: 'off',
    least: '1mb',
    most: '1024gb',
    doc: 'The resident memory at which a worker is replaced.',
  },
  maxWorkerAge: {
    kind: 'duration',
    group: 'workers',
    live: 'master',
    default: 'off',
    least: '1s',
    most: '8760h',
    doc: 'The age at which a worker is replaced, less up to a tenth at random for each worker.',
  },
} as const;

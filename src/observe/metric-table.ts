/** Every metric of ours: the code, docs/metrics.md and the tests read this table. */

export type MetricRow = {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  /** Of a histogram: its row of BUCKETS. */
  readonly buckets?: keyof typeof BUCKETS;
};

/** Upper bounds. Seconds reach from below a small model's run time to beyond the default timeouts. */
export const BUCKETS = {
  seconds: [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    30, 60,
  ],
  rows: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
} as const;

export const METRICS = {
  requests: {
    name: 'forkcast_requests_total',
    type: 'counter',
    labels: ['model', 'route', 'status'],
    help: 'Requests finished, refused ones included, by HTTP status; 499 is a client that left before its answer.',
  },
  requestDuration: {
    name: 'forkcast_request_duration_seconds',
    type: 'histogram',
    labels: ['model', 'route'],
    buckets: 'seconds',
    help: 'Whole time of a request in the master, from its first byte to the last byte of the reply.',
  },
  queueWait: {
    name: 'forkcast_queue_wait_seconds',
    type: 'histogram',
    labels: ['model'],
    buckets: 'seconds',
    help: 'Time a request waited in the queue for a worker.',
  },
  run: {
    name: 'forkcast_run_seconds',
    type: 'histogram',
    labels: ['model'],
    buckets: 'seconds',
    help: 'Time a request ran in its worker.',
  },
  batchRows: {
    name: 'forkcast_batch_rows',
    type: 'histogram',
    labels: ['model'],
    buckets: 'rows',
    help: 'Rows of input in the batch a request ran in.',
  },
  requestBytes: {
    name: 'forkcast_request_bytes_total',
    type: 'counter',
    labels: ['model'],
    help: 'Bytes of request bodies received.',
  },
  responseBytes: {
    name: 'forkcast_response_bytes_total',
    type: 'counter',
    labels: ['model'],
    help: 'Bytes of reply bodies sent.',
  },
  clientsLeft: {
    name: 'forkcast_clients_left_total',
    type: 'counter',
    labels: [],
    help: 'Requests whose client left before the whole answer was sent.',
  },
  requestsRefused: {
    name: 'forkcast_requests_refused_total',
    type: 'counter',
    labels: ['bound'],
    help: 'Requests refused with 503 QUEUE_FULL, by the bound that was reached.',
  },
  clientsStalled: {
    name: 'forkcast_clients_stalled_total',
    type: 'counter',
    labels: ['held'],
    help: 'Clients ended for the memory that they held while they stood still: of a body, or of an answer.',
  },
  takenBack: {
    name: 'forkcast_requests_taken_back_total',
    type: 'counter',
    labels: [],
    help: 'Requests that were given to another worker, since what their own ran took ten times as long as expected.',
  },
  slices: {
    name: 'forkcast_slices_total',
    type: 'counter',
    labels: [],
    help: 'Slices of large requests that idle workers ran for the worker that had the request.',
  },
  queueDepth: {
    name: 'forkcast_queue_depth',
    type: 'gauge',
    labels: [],
    help: 'Requests waiting in the queue.',
  },
  queueBytes: {
    name: 'forkcast_queue_bytes',
    type: 'gauge',
    labels: [],
    help: 'Bytes of the byte budget (queue-bytes) in use: bodies arriving, queued and in flight, slices of them, and replies not yet taken.',
  },
  queueOldestWait: {
    name: 'forkcast_queue_oldest_wait_seconds',
    type: 'gauge',
    labels: [],
    help: 'How long the first request of the queue has waited; 0 when the queue is empty.',
  },
  requestsInFlight: {
    name: 'forkcast_requests_in_flight',
    type: 'gauge',
    labels: [],
    help: 'Requests dispatched to a worker and not yet answered.',
  },
  connectionsOpen: {
    name: 'forkcast_connections_open',
    type: 'gauge',
    labels: [],
    help: 'Open client connections on the main port.',
  },
  backlogConnections: {
    name: 'forkcast_backlog_connections',
    type: 'gauge',
    labels: [],
    help: "Connections to the main port in the kernel's backlog, not yet accepted; on Linux, for TCP, while the server listens.",
  },
  workers: {
    name: 'forkcast_workers',
    type: 'gauge',
    labels: ['state'],
    help: 'Workers by state; a slot in backoff waits for its next try.',
  },
  workersWanted: {
    name: 'forkcast_workers_wanted',
    type: 'gauge',
    labels: [],
    help: 'Workers that there are to be.',
  },
  workersBusy: {
    name: 'forkcast_workers_busy',
    type: 'gauge',
    labels: [],
    help: 'Workers with at least one request in flight.',
  },
  workerRestarts: {
    name: 'forkcast_worker_restarts_total',
    type: 'counter',
    labels: ['reason'],
    help: 'Workers that ended while the server served, by what ended them.',
  },
  rollouts: {
    name: 'forkcast_rollouts_total',
    type: 'counter',
    labels: ['outcome'],
    help: 'Rollouts (load, unload, reload, watch, scale) by how they ended.',
  },
  modelLoad: {
    name: 'forkcast_model_load_seconds',
    type: 'gauge',
    labels: ['model', 'version'],
    help: 'Time the latest ready worker took to load and warm up the model.',
  },
  workerResident: {
    name: 'forkcast_worker_resident_memory_bytes',
    type: 'gauge',
    labels: ['worker'],
    help: 'Resident memory of the worker in this slot, of both while one replaces the other.',
  },
  workerHeapUsed: {
    name: 'forkcast_worker_heap_used_bytes',
    type: 'gauge',
    labels: ['worker'],
    help: 'JavaScript heap used by the worker in this slot.',
  },
  workerExternal: {
    name: 'forkcast_worker_external_memory_bytes',
    type: 'gauge',
    labels: ['worker'],
    help: 'Memory outside the heap that V8 knows of (buffers, tensors) of the worker in this slot.',
  },
  workerCpuUser: {
    name: 'forkcast_worker_cpu_user_seconds_total',
    type: 'counter',
    labels: ['worker'],
    help: 'User CPU time of all workers that this slot has had.',
  },
  workerCpuSystem: {
    name: 'forkcast_worker_cpu_system_seconds_total',
    type: 'counter',
    labels: ['worker'],
    help: 'System CPU time of all workers that this slot has had.',
  },
  logLinesDropped: {
    name: 'forkcast_log_lines_dropped_total',
    type: 'counter',
    labels: [],
    help: 'Log lines of the master lost: who reads its standard output stalled, or the disk was full.',
  },
  buildInfo: {
    name: 'forkcast_build_info',
    type: 'gauge',
    labels: ['version', 'node'],
    help: 'Always 1; the labels tell the version of Forkcast and of Node.',
  },
} as const;

export const WORKER_STATES = ['booting', 'ready', 'draining', 'backoff'] as const;
export type WorkerStateLabel = (typeof WORKER_STATES)[number];

/** What ended a worker → what it means; the values of the `reason` label. */
export const RESTART_REASONS = {
  crashed: 'a fault signal (SIGSEGV, SIGABRT, …) or an exit of its own',
  killed: 'SIGKILL, SIGTERM or SIGINT from outside, unexplained',
  out_of_memory: "the kernel's out-of-memory killer",
  execution_timeout: 'killed by the master: a request ran past its execution timeout',
  boot_failed: 'it did not become ready, or not within the boot timeout',
  stopped: 'its process was stopped (SIGSTOP), and killed for it',
  deaf: 'it had no work and did not answer for `--deaf-after`: stopped, or its event loop blocked',
  retired: 'it was signalled, asked to be retired, and left in order',
  replaced: 'a rollout put another worker in its place',
  max_requests: 'recycled: it had served --max-requests',
  max_worker_memory: 'recycled: its resident memory had reached --max-worker-memory',
  max_worker_age: 'recycled: it had reached --max-worker-age',
  restarted: '`ctl restart` asked for another one in its slot',
  scaled_down: 'fewer workers were wanted; nobody took its place',
} as const;
export type RestartReason = keyof typeof RESTART_REASONS;

/** What was full → what that means; the values of the `bound` label. */
export const QUEUE_BOUNDS = {
  count: 'as many requests waited as --queue-limit allows',
  bytes: 'as much was held for clients as --queue-bytes allows',
  wait: 'it would have waited past its deadline, by what is measured',
} as const;
export type QueueBound = keyof typeof QUEUE_BOUNDS;

/** How a rollout ended → what it means; the values of the `outcome` label. */
export const ROLLOUT_OUTCOMES = {
  done: 'all workers hold what was asked for',
  failed: 'a worker could not boot with it; all are back at what they held before',
  abandoned: 'the server stopped meanwhile',
} as const;
export type RolloutOutcome = keyof typeof ROLLOUT_OUTCOMES;

import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { counterSamples, histogramSamples, type Sample, single } from './exposition.js';
import type { FinishedRequest } from './finished-request.js';
import {
  METRICS,
  type MetricRow,
  type QueueBound,
  RESTART_REASONS,
  type RestartReason,
  ROLLOUT_OUTCOMES,
  type RolloutOutcome,
  WORKER_STATES,
  type WorkerStateLabel,
} from './metric-table.js';
import { RequestMetrics } from './request-metrics.js';
import { Counter, Family } from './series.js';
import { type SlotFigures, type WorkerAccount, WorkerAccounts } from './worker-accounts.js';

const MS_PER_SECOND = 1000;

/** Gauges are read from their owners when somebody scrapes; nobody keeps them up to date. */
export type MetricSources = {
  requestsRefused(): Readonly<Record<QueueBound, number>>;
  clientsStalled(): { readonly bodies: number; readonly readers: number };
  /** Run by workers for others' requests. */
  takenBack(): number;
  slices(): number;
  queueDepth(): number;
  queueBytes(): number;
  queueOldestWaitMs(): number;
  requestsInFlight(): number;
  connectionsOpen(): number;
  /** Undefined where the system does not tell. */
  backlogConnections(): Promise<number | undefined>;
  workers(): Readonly<Record<WorkerStateLabel, number>>;
  workersWanted(): number;
  workersBusy(): number;
  logLinesDropped(): number;
  /** The models that are served, as their latest worker loaded them. */
  models(): readonly LoadedModel[];
};

export type LoadedModel = {
  readonly name: string;
  readonly version: string;
  readonly loadMs: number;
  readonly warmupMs: number;
};

/**
 * Gauges that prom-client makes by default and Prometheus's own check rejects:
 * `_total` is for counters. Each is the sum of another one that stays.
 */
const REJECTED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * All metrics of the server. They live in the master, which sees every request
 * and outlives every worker, so no counter falls when a worker dies.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new RequestMetrics();
  readonly #accounts = new WorkerAccounts();
  readonly #restarts = new Family<Counter>(METRICS.workerRestarts.labels, () => new Counter());
  readonly #rollouts = new Family<Counter>(METRICS.rollouts.labels, () => new Counter());
  readonly #sources: MetricSources;

  constructor(version: string, sources: MetricSources) {
    this.#sources = sources;
    // A counter that appears with its first event hides that event from rate().
    for (const reason of Object.keys(RESTART_REASONS)) this.#restarts.series({ reason });
    for (const outcome of Object.keys(ROLLOUT_OUTCOMES)) this.#rollouts.series({ outcome });
    this.#exposeRequests();
    this.#exposeServer(version);
    this.#exposeWorkers();
    collectDefaultMetrics({ register: this.#registry });
    for (const name of REJECTED_DEFAULTS) this.#registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The exposition, for a scrape. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  finishedRequest(request: FinishedRequest): void {
    this.#requests.finished(request);
  }

  /** For a worker just forked: the account takes its figures and is closed when it is gone. */
  workerStarted(slot: number): WorkerAccount {
    return this.#accounts.open(slot);
  }

  workerRestarted(reason: RestartReason): void {
    this.#restarts.series({ reason }).add(1);
  }

  rolloutEnded(outcome: RolloutOutcome): void {
    this.#rollouts.series({ outcome }).add(1);
  }

  #exposeRequests(): void {
    const requests = this.#requests;
    this.#expose(METRICS.requests, () => counterSamples(requests.requests));
    for (const key of ['requestDuration', 'queueWait', 'run', 'batchRows'] as const) {
      this.#expose(METRICS[key], () => histogramSamples(METRICS[key], requests[key]));
    }
    for (const key of ['requestBytes', 'responseBytes', 'clientsLeft'] as const) {
      this.#expose(METRICS[key], () => counterSamples(requests[key]));
    }
  }

  #exposeServer(version: string): void {
    const sources = this.#sources;
    const build = { version, node: process.version };
    this.#expose(METRICS.requestsRefused, () =>
      Object.entries(sources.requestsRefused()).map(([bound, value]) => {
        return { labels: { bound }, value };
      }),
    );
    this.#expose(METRICS.clientsStalled, () => {
      const { bodies, readers } = sources.clientsStalled();
      return [
        { labels: { held: 'body' }, value: bodies },
        { labels: { held: 'answer' }, value: readers },
      ];
    });
    this.#expose(METRICS.takenBack, () => single(sources.takenBack()));
    this.#expose(METRICS.slices, () => single(sources.slices()));
    this.#expose(METRICS.queueDepth, () => single(sources.queueDepth()));
    this.#expose(METRICS.queueBytes, () => single(sources.queueBytes()));
    this.#expose(METRICS.queueOldestWait, () =>
      single(sources.queueOldestWaitMs() / MS_PER_SECOND),
    );
    this.#expose(METRICS.requestsInFlight, () => single(sources.requestsInFlight()));
    this.#expose(METRICS.connectionsOpen, () => single(sources.connectionsOpen()));
    this.#expose(METRICS.backlogConnections, async () => {
      const waiting = await sources.backlogConnections();
      return waiting === undefined ? [] : single(waiting);
    });
    this.#expose(METRICS.logLinesDropped, () => single(sources.logLinesDropped()));
    this.#expose(METRICS.buildInfo, () => [{ labels: build, value: 1 }]);
  }

  #exposeWorkers(): void {
    this.#expose(METRICS.workers, () => {
      const counts = this.#sources.workers();
      return WORKER_STATES.map((state) => ({ labels: { state }, value: counts[state] }));
    });
    this.#expose(METRICS.workersWanted, () => single(this.#sources.workersWanted()));
    this.#expose(METRICS.workersBusy, () => single(this.#sources.workersBusy()));
    this.#expose(METRICS.workerRestarts, () => counterSamples(this.#restarts));
    this.#expose(METRICS.rollouts, () => counterSamples(this.#rollouts));
    this.#expose(METRICS.modelLoad, () => this.#sources.models().map(loadSample));
    this.#exposeFigures(METRICS.workerResident, ({ memory }) => memory?.rssBytes);
    this.#exposeFigures(METRICS.workerHeapUsed, ({ memory }) => memory?.heapUsedBytes);
    this.#exposeFigures(METRICS.workerExternal, ({ memory }) => memory?.externalBytes);
    this.#exposeFigures(METRICS.workerCpuUser, ({ cpu }) => cpu.userSeconds);
    this.#exposeFigures(METRICS.workerCpuSystem, ({ cpu }) => cpu.systemSeconds);
  }

  #exposeFigures(row: MetricRow, read: (figures: SlotFigures) => number | undefined): void {
    this.#expose(row, () =>
      this.#accounts.figures().flatMap((figures) => {
        const value = read(figures);
        return value === undefined ? [] : [{ labels: { worker: String(figures.slot) }, value }];
      }),
    );
  }

  #expose(row: MetricRow, read: () => Sample[] | Promise<Sample[]>): void {
    const metric = {
      name: row.name,
      help: row.help,
      type: row.type,
      get: async () => ({ name: row.name, help: row.help, type: row.type, values: await read() }),
    };
    // The registry asks a metric for its name and get() only; its type wants prom-client's classes.
    this.#registry.registerMetric(metric as unknown as Metric);
  }
}

function loadSample(model: LoadedModel): Sample {
  return {
    labels: { model: model.name, version: model.version },
    value: (model.loadMs + model.warmupMs) / MS_PER_SECOND,
  };
}

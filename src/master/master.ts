import { formatAddress } from '../config/address.js';
import type { Settings } from '../config/settings.js';
import type { ExitCode, StartError } from '../errors.js';
import type { Boot } from '../link/control.js';
import type { Plan } from '../model/plan.js';
import { createAccessLog } from '../observe/access-log.js';
import { droppedLogLines, type Logger, type LoggerOptions } from '../observe/logger.js';
import type { RestartReason } from '../observe/metric-table.js';
import { type MetricSources, Metrics } from '../observe/metrics.js';
import { Admission } from '../queue/admission.js';
import { ByteBudget } from '../queue/byte-budget.js';
import { DrainRate } from '../queue/drain-rate.js';
import type { Death } from '../queue/quarantine.js';
import { VERSION } from '../version.js';
import { type AccountingParts, account } from './accounting.js';
import { AdminListeners } from './admin-listeners.js';
import { Catalog } from './catalog.js';
import { Answers } from './front/answers.js';
import { Front } from './front/front.js';
import { Intake } from './front/intake.js';
import { listen } from './listen.js';
import { answerLocally, type Knowledge } from './local-routes.js';
import { ModelStatistics } from './metadata/statistics.js';
import { ModelTargets } from './model-target.js';
import { removePidFile, writePidFile } from './pid-file.js';
import { Shutdown } from './shutdown.js';
import { onSignals, SIGNAL_ACTIONS, type SignalAction } from './signals.js';
import { statusReport, workerCounts } from './status.js';
import { Supervisor } from './supervisor.js';
import { Traffic } from './traffic.js';
import type { WorkerHandle } from './worker-handle.js';

export type MasterOptions = Plan & {
  readonly settings: Settings;
  readonly log: Logger;
  readonly logging: LoggerOptions;
};

/** How often deadlines are looked at. */
const TICK_MS = 50;

/**
 * The life of a server, from its first listener to its exit code. Builds the
 * rooms, joins them, and passes events between them; decides nothing itself.
 */
export class Master {
  readonly #options: MasterOptions;
  readonly #now = (): number => performance.now();
  readonly #startedAtMs = performance.now();
  readonly #drainRate = new DrainRate();
  readonly #budget: ByteBudget;
  readonly #catalog: Catalog;
  readonly #targets: ModelTargets;
  readonly #answers: Answers;
  readonly #traffic: Traffic;
  readonly #admission: Admission;
  readonly #front: Front;
  readonly #supervisor: Supervisor;
  readonly #shutdown: Shutdown;
  readonly #statistics = new ModelStatistics(Date.now);
  readonly #metrics: Metrics;
  readonly #accounts: AccountingParts;
  readonly #adminListeners: AdminListeners;
  #finish: (exitCode: ExitCode) => void = () => {};

  constructor(options: MasterOptions) {
    const { settings } = options;
    this.#options = options;
    this.#adminListeners = new AdminListeners(options.log);
    this.#budget = new ByteBudget(settings.queueBytes);
    this.#catalog = new Catalog(options);
    this.#targets = new ModelTargets(settings.timeout);
    this.#catalog.onChange = () => this.#modelsChanged();
    this.#catalog.changed();
    this.#answers = this.#makeAnswers();
    this.#traffic = this.#makeTraffic();
    this.#admission = new Admission({
      queueLimit: settings.queueLimit,
      queue: this.#traffic.dispatcher,
      budget: this.#budget,
      drainRate: this.#drainRate,
    });
    this.#front = this.#makeFront();
    this.#supervisor = this.#makeSupervisor();
    this.#shutdown = this.#makeShutdown();
    this.#metrics = new Metrics(VERSION, this.#metricSources());
    this.#accounts = {
      metrics: this.#metrics,
      statistics: this.#statistics,
      accessLog: settings.accessLog ? createAccessLog(options.logging) : () => {},
      admission: this.#admission,
      drainRate: this.#drainRate,
      now: this.#now,
    };
  }

  /**
   * Serves until it is stopped or cannot go on.
   *
   * @param heldSignals those that came while the program was loading
   * @returns the exit code @throws StartError when it could not start
   */
  async run(heldSignals: readonly string[]): Promise<ExitCode> {
    const { settings, log } = this.#options;
    const stopped = new Promise<ExitCode>((resolve) => {
      this.#finish = resolve;
    });
    const offSignals = onSignals((signal, action) => this.#signalled(signal, action));
    await this.#openPorts();
    if (settings.pid !== undefined) writePidFile(settings.pid);
    const { workers, threads } = settings;
    log.info(
      { workers, threads, models: this.#options.models.map(({ name }) => name) },
      'starting',
    );
    this.#supervisor.start();
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    for (const signal of heldSignals) this.#signalled(signal, SIGNAL_ACTIONS[signal] ?? 'ignore');
    const exitCode = await stopped;
    clearInterval(ticking);
    this.#adminListeners.close();
    if (settings.pid !== undefined) removePidFile(settings.pid);
    log.info({ exitCode }, 'stopped');
    offSignals();
    return exitCode;
  }

  /** Ends all workers at once: the master itself is about to fail. */
  async abort(): Promise<void> {
    await this.#supervisor.killAll('the master failed');
  }

  #makeAnswers(): Answers {
    return new Answers({
      writeTimeoutMs: this.#options.settings.writeTimeout,
      budget: this.#budget,
      isDraining: () => !this.#shutdown.isServing,
      finished: (request) => account(request, this.#accounts),
    });
  }

  #makeTraffic(): Traffic {
    const { workAhead: workAheadMs, queueTimeout: queueTimeoutMs } = this.#options.settings;
    const areWorkersComing = (): boolean => this.#supervisor.slots.length > 0;
    const prospects = { catalog: this.#catalog, areWorkersComing };
    const options = { workAheadMs, queueTimeoutMs, prospects, targets: this.#targets };
    return new Traffic({ ...options, now: this.#now }, this.#answers);
  }

  #makeFront(): Front {
    const { settings } = this.#options;
    const intake = new Intake(this.#answers, {
      maxBodyBytes: settings.maxBody,
      admission: this.#admission,
      submit: (request) => this.#traffic.submit(request),
      now: this.#now,
    });
    return new Front(settings, this.#answers, intake, {
      answerLocally: (request) => answerLocally(request, this.#knowledge, this.#answers),
      left: (request) => this.#traffic.left(request),
      now: this.#now,
    });
  }

  #makeSupervisor(): Supervisor {
    const { settings, log } = this.#options;
    const ports = {
      boot: (slot: number) => this.#bootMessage(slot),
      replies: (worker: WorkerHandle) => this.#traffic.repliesOf(worker),
      workerForked: (worker: WorkerHandle) => {
        worker.account = this.#metrics.workerStarted(worker.slot);
        this.#catalog.workerForked(worker);
      },
      workerReady: (worker: WorkerHandle) => this.#workerReady(worker),
      workerDraining: (worker: WorkerHandle) => {
        this.#traffic.workerDraining(worker);
        this.#catalog.changed();
      },
      workerDied: (worker: WorkerHandle, death: Death, reason: RestartReason) => {
        worker.account?.close();
        if (this.#shutdown.state !== 'stopping') this.#metrics.workerRestarted(reason);
        this.#catalog.workerGone(worker);
        this.#traffic.workerDied(worker, death);
      },
      waitingRequests: () => this.#traffic.dispatcher.depth,
      isServing: () => this.#shutdown.isServing,
      fatal: (error: StartError) => this.#fatal(error),
    };
    return new Supervisor(settings, ports, log, this.#now);
  }

  #makeShutdown(): Shutdown {
    const { settings, log } = this.#options;
    return new Shutdown({
      front: this.#front,
      dispatcher: this.#traffic.dispatcher,
      supervisor: this.#supervisor,
      log,
      gracefulTimeoutMs: settings.gracefulTimeout,
      drainIdleMs: settings.drainIdle,
      now: this.#now,
      stopped: (exitCode) => this.#finish(exitCode),
    });
  }

  get #knowledge(): Knowledge {
    return {
      isReady: () => this.#shutdown.isServing && this.#supervisor.readyWorkers.length > 0,
      readyWorkers: () => this.#supervisor.readyWorkers.length,
      wantedWorkers: () => this.#options.settings.workers,
      models: () => this.#catalog.models,
      statistics: this.#statistics,
    };
  }

  #metricSources(): MetricSources {
    const { dispatcher } = this.#traffic;
    return {
      queueDepth: () => dispatcher.depth,
      queueBytes: () => this.#budget.usedBytes,
      queueOldestWaitMs: () => dispatcher.oldestWaitMs(this.#now()),
      requestsInFlight: () => dispatcher.inFlight,
      connectionsOpen: () => this.#front.openConnections,
      workers: () => workerCounts(this.#supervisor.slots),
      workersBusy: () => dispatcher.busyWorkers,
      logLinesDropped: droppedLogLines,
    };
  }

  #bootMessage(slot: number): Boot {
    const { settings, models, defaultModel, logging } = this.#options;
    const limits = { threads: settings.threads, maxBodyBytes: settings.maxBody };
    const { level: logLevel, format: logFormat } = logging;
    return { type: 'boot', slot, models, defaultModel, ...limits, logLevel, logFormat };
  }

  async #openPorts(): Promise<void> {
    const { settings, log } = this.#options;
    await this.#adminListeners.open(settings, {
      knowledge: this.#knowledge,
      metrics: async () => ({
        contentType: this.#metrics.contentType,
        text: await this.#metrics.text(),
      }),
      status: () => this.#status(),
    });
    const bound = await listen(this.#front.server, settings.bind, settings.backlog);
    log.info({ address: formatAddress(bound) }, 'listening');
  }

  #status(): unknown {
    return statusReport({
      version: VERSION,
      startedAtMs: this.#startedAtMs,
      state: this.#shutdown.state,
      slots: this.#supervisor.slots,
      dispatcher: this.#traffic.dispatcher,
      budget: this.#budget,
      queueLimit: this.#options.settings.queueLimit,
      connections: this.#front.openConnections,
      nowMs: this.#now(),
    });
  }

  #tick(): void {
    this.#traffic.sweep();
    this.#supervisor.tick();
    this.#shutdown.tick();
  }

  #workerReady(worker: WorkerHandle): void {
    this.#catalog.workerReady(worker);
    this.#metrics.modelsLoaded(worker.models);
    this.#traffic.workerReady(worker);
  }

  #modelsChanged(): void {
    const { models } = this.#catalog;
    this.#targets.learn(models);
    this.#statistics.keepOnly(models);
  }

  #signalled(signal: string, action: SignalAction): void {
    if (action === 'ignore') {
      this.#options.log.warn({ signal }, 'signal ignored');
      return;
    }
    this.#options.log.info({ signal, action }, 'signal received');
    if (action === 'drain') this.#shutdown.drain();
    else this.#shutdown.quick();
  }

  #fatal(error: StartError): void {
    this.#options.log.fatal({ exitCode: error.exitCode, reason: error.message }, 'server failed');
    this.#shutdown.abandon(error.exitCode, error.message);
  }
}

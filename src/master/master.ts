import { formatAddress } from '../config/address.js';
import type { Settings } from '../config/settings.js';
import type { ExitCode, StartError } from '../errors.js';
import { createAccessLog } from '../observe/access-log.js';
import type { Logger, LoggerOptions } from '../observe/logger.js';
import { Metrics } from '../observe/metrics.js';
import { Admission } from '../queue/admission.js';
import { ByteBudget } from '../queue/byte-budget.js';
import { DrainRate } from '../queue/drain-rate.js';
import { VERSION } from '../version.js';
import { type AccountingParts, account } from './accounting.js';
import { AdminListeners } from './control/admin-listeners.js';
import { ControlDesk } from './control/control-desk.js';
import { statusReport } from './control/status.js';
import { Answers } from './front/answers.js';
import { Front } from './front/front.js';
import { Intake } from './front/intake.js';
import { listen } from './listen.js';
import { answerLocally, type Knowledge } from './local-routes.js';
import { ModelStatistics } from './metadata/statistics.js';
import { Catalog } from './models/catalog.js';
import type { FirstLook } from './models/first-look.js';
import { removePidFile, writePidFile } from './pid-file.js';
import { metricSources } from './readings.js';
import { ModelTargets } from './routing/model-target.js';
import { Traffic } from './routing/traffic.js';
import { Shutdown } from './shutdown.js';
import { onSignals, SIGNAL_ACTIONS, type SignalAction } from './signals.js';
import { supervisorPorts } from './worker-events.js';
import { Supervisor } from './workers/supervisor.js';

export type MasterOptions = {
  readonly settings: Settings;
  /** Absolute path of what is served. */
  readonly root: string;
  readonly first: FirstLook;
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
  readonly #desk: ControlDesk;
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
    this.#catalog = new Catalog(options.first.plan, options.root);
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
    this.#desk = this.#makeDesk();
    this.#front = this.#makeFront();
    this.#supervisor = this.#makeSupervisor();
    this.#shutdown = this.#makeShutdown();
    this.#metrics = this.#makeMetrics();
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
    const names = this.#desk.generations.current.models.map(({ name }) => name);
    const models = [...new Set(names)];
    log.info({ workers, threads, models }, 'starting');
    this.#supervisor.start();
    this.#desk.watch();
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
      limitName: 'max-body',
      admission: this.#admission,
      submit: (request) => this.#traffic.submit(request),
      now: this.#now,
    });
    return new Front(settings, this.#answers, intake, {
      answerLocally: (request) => answerLocally(request, this.#knowledge, this.#answers),
      controlIntake: (request) => this.#desk.intakeOf(request),
      left: (request) => this.#traffic.left(request),
      now: this.#now,
    });
  }

  #makeDesk(): ControlDesk {
    return new ControlDesk({
      ...this.#options,
      catalog: this.#catalog,
      answers: this.#answers,
      budget: this.#budget,
      now: this.#now,
      supervisor: () => this.#supervisor,
      rolloutEnded: (outcome) => this.#metrics.rolloutEnded(outcome),
      fatal: (error) => this.#fatal(error),
    });
  }

  #makeSupervisor(): Supervisor {
    const { settings, log } = this.#options;
    const ports = supervisorPorts({
      ...this.#options,
      traffic: this.#traffic,
      catalog: this.#catalog,
      desk: this.#desk,
      metrics: () => this.#metrics,
      shutdown: () => this.#shutdown,
      fatal: (error) => this.#fatal(error),
    });
    return new Supervisor(settings, this.#desk.generations.current, ports, log, this.#now);
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
      leavingService: () => this.#desk.close(),
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

  #makeMetrics(): Metrics {
    const rooms = {
      dispatcher: this.#traffic.dispatcher,
      budget: this.#budget,
      front: this.#front,
      supervisor: this.#supervisor,
      catalog: this.#catalog,
      now: this.#now,
    };
    return new Metrics(VERSION, metricSources(rooms));
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
      control: (route, request) => this.#desk.answer(route, request),
    });
    const bound = await listen(this.#front.server, settings.bind, settings.backlog, 'bind');
    log.info({ address: formatAddress(bound) }, 'listening');
  }

  #status(): unknown {
    return statusReport({
      version: VERSION,
      startedAtMs: this.#startedAtMs,
      state: this.#shutdown.state,
      slots: this.#supervisor.slots,
      generations: this.#desk.generations,
      models: this.#catalog.models,
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
    if (action === 'reload') this.#desk.reload();
    else if (action === 'drain') this.#shutdown.drain();
    else this.#shutdown.quick();
  }

  #fatal(error: StartError): void {
    this.#options.log.fatal({ exitCode: error.exitCode, reason: error.message }, 'server failed');
    this.#shutdown.abandon(error.exitCode, error.message);
  }
}

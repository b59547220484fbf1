import { liveOptions } from '../config/live-options.js';
import type { ExitCode, StartError } from '../errors.js';
import { Metrics } from '../observe/metrics.js';
import { Admission } from '../queue/admission/admission.js';
import { ByteBudget } from '../queue/admission/byte-budget.js';
import { VERSION } from '../version.js';
import { type AccountingParts, account } from './accounting.js';
import { clientListeners } from './client-listeners.js';
import { ControlDesk } from './control/control-desk.js';
import { statusReport } from './control/status.js';
import { Answers } from './front/answers.js';
import type { Front } from './front/front.js';
import { Intake } from './front/intake.js';
import type { Listeners } from './listen/listeners.js';
import { LiveLogs } from './live-logs.js';
import { answerLocally, type Knowledge } from './local-routes.js';
import { mainPort } from './main-port.js';
import type { MasterOptions } from './master-options.js';
import { ModelStatistics } from './metadata/statistics.js';
import { Catalog } from './models/catalog.js';
import { metricSources } from './readings.js';
import { Recycler } from './recycling/recycler.js';
import { reloadables } from './reloadables.js';
import { LIMIT_SETTINGS, ModelTargets } from './routing/model-target.js';
import { prioritiesOf } from './routing/priority-header.js';
import { TRAFFIC_SETTINGS, Traffic } from './routing/traffic.js';
import { SHUTDOWN_SETTINGS, Shutdown } from './shutdown.js';
import { SteadyClock } from './steady-clock.js';
import { supervisorPorts } from './worker-events.js';
import { StoppedWatch } from './workers/stopped-watch.js';
import { Supervisor } from './workers/supervisor.js';

/** What the rooms tell of the server as a whole. */
export type RoomsEvents = {
  /** The last connection and the last worker are gone. */
  stopped(exitCode: ExitCode): void;
  /** No more connections are taken, for good. */
  leavingService(): void;
  /** The last connection of a server that rests is gone. */
  atRest(): void;
  /** The server cannot go on. */
  failing(reason: string): void;
  /** A client has come, or a worker has gone. */
  stirred(): void;
};

/**
 * The rooms of the master, made and joined: who gets what of whom. Nothing is
 * decided here, and nothing happens before the master's life begins.
 */
export class Rooms {
  readonly front: Front;
  /** Where clients are served. */
  readonly listeners: Listeners;
  readonly traffic: Traffic;
  readonly desk: ControlDesk;
  readonly supervisor: Supervisor;
  readonly shutdown: Shutdown;
  readonly metrics: Metrics;
  readonly logs: LiveLogs;
  readonly #options: MasterOptions;
  readonly #events: RoomsEvents;
  readonly #clock: SteadyClock;
  readonly #now = (): number => this.#clock.now();
  readonly #startedAtMs: number;
  readonly #stoppedWatch = new StoppedWatch();
  readonly #statistics = new ModelStatistics(Date.now);
  /** What health and metadata are answered from. */
  readonly knowledge: Knowledge = {
    isReady: () => this.shutdown.isServing && this.supervisor.readyWorkers.length > 0,
    readyWorkers: () => this.supervisor.readyWorkers.length,
    wantedWorkers: () => this.desk.generations.wantedWorkers,
    models: () => this.#catalog.models,
    rootPath: () => this.#options.settings.rootPath,
    statistics: this.#statistics,
  };
  readonly #budget: ByteBudget;
  readonly #catalog: Catalog;
  readonly #targets: ModelTargets;
  readonly #recycler: Recycler;
  readonly #answers: Answers;
  readonly #admission: Admission;
  readonly #accounts: AccountingParts;

  constructor(options: MasterOptions, events: RoomsEvents) {
    const { settings } = options;
    this.#options = options;
    this.#events = events;
    this.#clock = new SteadyClock(
      () => performance.now(),
      (gapMs) => this.#wasAway(gapMs),
    );
    this.#startedAtMs = this.#now();
    this.logs = new LiveLogs(options.logs, () => this.supervisor.workers);
    this.#budget = new ByteBudget(settings.queueBytes);
    this.#catalog = new Catalog(options.first.plan, options.root);
    this.#targets = new ModelTargets(liveOptions(settings, LIMIT_SETTINGS, {}));
    this.#catalog.onChange = () => this.#modelsChanged();
    this.#catalog.changed();
    this.#answers = this.#makeAnswers();
    this.traffic = this.#makeTraffic();
    this.#admission = this.#makeAdmission();
    this.desk = this.#makeDesk();
    this.front = this.#makeFront();
    this.listeners = clientListeners(options, () => this.front.newServer());
    this.#recycler = this.#makeRecycler();
    this.supervisor = this.#makeSupervisor();
    this.shutdown = this.#makeShutdown();
    this.metrics = this.#makeMetrics();
    this.#accounts = {
      metrics: this.metrics,
      statistics: this.#statistics,
      accessLog: options.logs.accessLog,
      admission: this.#admission,
      targets: this.#targets,
      now: this.#now,
    };
  }

  status(): Record<string, unknown> {
    return statusReport({
      version: VERSION,
      startedAtMs: this.#startedAtMs,
      state: this.shutdown.state,
      slots: this.supervisor.slots,
      generations: this.desk.generations,
      models: this.#catalog.models,
      dispatcher: this.traffic.dispatcher,
      budget: this.#budget,
      queueLimit: this.#options.settings.queueLimit,
      connections: this.front.openConnections,
      nowMs: this.#now(),
    });
  }

  /** Looks at all deadlines. */
  tick(): void {
    this.#clock.watch();
    this.front.sweep(this.#now());
    this.traffic.sweep();
    this.supervisor.tick();
    this.#stoppedWatch.look(this.supervisor.workers, this.#now());
    this.#recycler.tick();
    this.shutdown.tick();
  }

  /** The machine was suspended, the container paused, or this process stopped. */
  #wasAway(gapMs: number): void {
    if (this.shutdown.state === 'stopped') return; // Nobody looks often any more.
    this.#options.log.warn({ gapMs: Math.round(gapMs) }, 'clock gap');
    this.front.wasAway(gapMs, this.#now());
  }

  /** The server cannot go on. */
  fail(error: StartError): void {
    this.#options.log.fatal({ exitCode: error.exitCode, reason: error.message }, 'server failed');
    this.#events.failing(error.message);
    this.shutdown.abandon(error.exitCode, error.message);
  }

  #makeAnswers(): Answers {
    return new Answers({
      budget: this.#budget,
      isDraining: () => !this.shutdown.isAccepting,
      finished: (request) => account(request, this.#accounts),
    });
  }

  #makeAdmission(): Admission {
    const makeRoom = (bytes: number, nowMs: number): void => this.front.makeRoom(bytes, nowMs);
    const bounds = { queue: this.traffic.dispatcher, budget: this.#budget, makeRoom };
    return new Admission(liveOptions(this.#options.settings, { queueLimit: 'queueLimit' }, bounds));
  }

  #makeTraffic(): Traffic {
    const { settings } = this.#options;
    const areWorkersComing = (): boolean => this.supervisor.areWorkersComing;
    const prospects = { catalog: this.#catalog, areWorkersComing };
    const priorities = prioritiesOf(settings);
    const bounds = { admission: () => this.#admission, budget: this.#budget, priorities };
    const joined = { prospects, targets: this.#targets, ...bounds, now: this.#now };
    return new Traffic(liveOptions(settings, TRAFFIC_SETTINGS, joined), this.#answers);
  }

  #makeFront(): Front {
    const { settings, trust } = this.#options;
    const intake = new Intake(this.#answers, {
      get maxBodyBytes() {
        return settings.maxBody;
      },
      limitName: 'max-body',
      admission: this.#admission,
      refusal: (request) => this.traffic.refusalOf(request),
      submit: (request) => this.traffic.submit(request),
      now: this.#now,
    });
    const parts = { trust, answers: this.#answers, intake };
    return mainPort(settings, parts, {
      answerLocally: (request) => answerLocally(request, this.knowledge, this.#answers),
      controlIntake: (request) => this.desk.intakeOf(request),
      budget: this.#budget,
      stalledEnded: (ended) => this.#options.log.warn(ended, 'stalled clients ended'),
      opened: () => this.#events.stirred(),
      left: (request) => this.traffic.left(request),
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
      logLevel: this.logs,
      drain: () => this.shutdown.mayServe && this.shutdown.drain(),
      supervisor: () => this.supervisor,
      reloadables: reloadables(this.#options),
      rolloutEnded: (outcome) => this.metrics.rolloutEnded(outcome),
      settingsTaken: () => this.#settingsTaken(),
      fatal: (error) => this.fail(error),
    });
  }

  #makeRecycler(): Recycler {
    return new Recycler({
      ...this.#options,
      now: this.#now,
      supervisor: () => this.supervisor,
      mayRecycle: () => this.shutdown.isServing && this.desk.generations.rollout === undefined,
    });
  }

  #makeSupervisor(): Supervisor {
    const { settings, log } = this.#options;
    const ports = supervisorPorts({
      ...this.#options,
      traffic: this.traffic,
      catalog: this.#catalog,
      desk: this.desk,
      recycler: this.#recycler,
      metrics: () => this.metrics,
      shutdown: () => this.shutdown,
      listeners: this.listeners,
      now: this.#now,
      stirred: () => this.#events.stirred(),
      fatal: (error) => this.fail(error),
    });
    return new Supervisor(settings, this.desk.generations.current, ports, log, this.#now);
  }

  #makeShutdown(): Shutdown {
    const { settings, log } = this.#options;
    const { front, listeners, supervisor } = this;
    const parts = {
      ...this.#events,
      ...{ front, listeners, supervisor },
      dispatcher: this.traffic.dispatcher,
      log,
      now: this.#now,
      leavingService: () => {
        this.desk.close();
        this.#events.leavingService();
      },
    };
    return new Shutdown(liveOptions(settings, SHUTDOWN_SETTINGS, parts));
  }

  #makeMetrics(): Metrics {
    const { front, listeners, supervisor, traffic, desk } = this;
    const bounds = { budget: this.#budget, admission: this.#admission };
    const rooms = {
      ...{ front, listeners, supervisor, catalog: this.#catalog, ...bounds },
      dispatcher: traffic.dispatcher,
      generations: desk.generations,
      logs: this.#options.logs,
      now: this.#now,
    };
    return new Metrics(VERSION, metricSources(rooms));
  }

  /** What reads settings when it is asked needs not be told. */
  #settingsTaken(): void {
    const { settings } = this.#options;
    const { queueBytes, logLevel } = settings;
    this.traffic.prioritiesAre(prioritiesOf(settings));
    this.#budget.limitBytes = queueBytes;
    this.logs.change(logLevel);
    this.front.settingsTaken();
    this.#catalog.changed();
  }

  #modelsChanged(): void {
    const { models } = this.#catalog;
    this.#targets.learn(models);
    this.#statistics.keepOnly(models);
    this.traffic?.modelsAre(models);
  }
}

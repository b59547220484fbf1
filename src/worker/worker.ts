import { EXIT, type ExitCode, messageOf, StartError } from '../errors.js';
import type { Boot, FromWorker, ModelTrial, ToWorker } from '../link/process/control.js';
import { markSmallHeapsAtOnce } from '../link/process/heap-marking.js';
import { LINK_FD } from '../link/process/worker-process.js';
import { WorkerEnd } from '../link/worker-end.js';
import { loadModel } from '../model/load-model.js';
import type { Model } from '../model/model.js';
import type { ModelPlan } from '../model/model-plan.js';
import { isLogLevel, type Logger } from '../observe/logger.js';
import type { Logs } from '../observe/logs.js';
import { buildApp } from './app.js';
import { withNaturalBatches } from './inference/natural-batch.js';
import type { ImportWatch } from './life/import-watch.js';
import { watchMaster } from './life/master-watch.js';
import { callModelHooks } from './life/model-hooks.js';
import { describeModel, type LoadFacts, logWeights } from './life/model-report.js';
import { readFigures } from './life/process-figures.js';
import { tryModel } from './life/trial.js';
import { warmUp } from './life/warm-up.js';
import { openWorkerLogs } from './life/worker-logs.js';
import { decideYoungGeneration } from './life/young-generation.js';
import { type BeginRoutes, readyWithRoutes } from './own-routes/own-routes.js';

export type LifePorts = {
  tell(message: FromWorker): void;
  exit(code: ExitCode): void;
};

type Loaded = {
  readonly model: Model;
  readonly facts: LoadFacts;
  readonly trial: ModelTrial | undefined;
};

const FIGURES_EVERY_MS = 5000;

/**
 * A worker's life as it sees itself.
 *
 * waiting → booting → serving → leaving
 *
 * waiting: for the master's `boot`. booting: loads and warms up every model; ends in `ready` or,
 * with a reason, in `failed`. serving: answers what comes over the link. leaving: was told to, and
 * has nothing in flight.
 */
export class Life {
  readonly #ports: LifePorts;
  #state: 'waiting' | 'booting' | 'serving' | 'leaving' = 'waiting';
  #models: Model[] = [];
  #link: WorkerEnd | undefined;
  #imports: ImportWatch | undefined;
  /** Models of which the master was told that their runs are asynchronous. */
  readonly #asynchronous = new Set<Model>();
  #logs: Logs | undefined;
  /** Calls those of all modules. */
  #hooks: (name: 'onWorkerReady' | 'onRetire') => Promise<void> = async () => {};

  constructor(ports: LifePorts) {
    this.#ports = ports;
  }

  /** A control message of the master. */
  take(message: unknown): void {
    const known = message as ToWorker;
    switch (known.type) {
      case 'boot':
        if (this.#state === 'waiting') void this.#boot(known);
        return;
      case 'leave':
        void this.#leave();
        return;
      case 'ping':
        this.#ports.tell({ type: 'pong' });
        return;
      case 'reopenLogs':
        this.reopenLogs();
        return;
      case 'logLevel':
        if (this.#logs !== undefined && isLogLevel(known.level)) this.#logs.level = known.level;
    }
  }

  /** After a rename: its lines go to a new file of the old name. */
  reopenLogs(): void {
    this.#logs?.reopen();
  }

  async #boot(boot: Boot): Promise<void> {
    this.#state = 'booting';
    if (boot.title !== undefined) process.title = boot.title;
    markSmallHeapsAtOnce();
    this.#logs = openWorkerLogs(boot);
    const { log } = this.#logs;
    this.#logLastWords(log);
    watchMaster(log); // before the models: loading may keep the event loop for as long as computing
    try {
      await this.#serve(boot, log);
    } catch (error) {
      await this.#fail(error, log);
    }
  }

  async #serve(boot: Boot, log: Logger): Promise<void> {
    if (boot.tellsImports) await this.#watchImports();
    const loaded: Loaded[] = [];
    for (const plan of boot.models) loaded.push(...(await this.#load(plan, boot, log)));
    const link = new WorkerEnd(LINK_FD);
    link.onEnd = () => this.#masterGone(log);
    this.#link = link;
    const { defaultModel, maxBodyBytes } = boot;
    const beginRoutes: BeginRoutes = (model) => this.#tellLoading(model);
    const app = buildApp({
      models: this.#models,
      defaultModel,
      log,
      maxBodyBytes,
      serverFactory: link.serverFactory,
      beginRoutes,
      runWaits: (model) => this.#tellAsynchronous(model),
      slices: link.slices,
    });
    await readyWithRoutes(app, this.#models, beginRoutes);
    if (this.#state !== 'booting') return;
    this.#state = 'serving';
    decideYoungGeneration(this.#models);
    link.start();
    const models = loaded.map(({ model, facts }) =>
      describeModel(model, facts, this.#models, defaultModel),
    );
    const trials = loaded.flatMap(({ trial }) => trial ?? []);
    this.#imports?.flush();
    this.#ports.tell({ type: 'ready', models, ...(boot.isTrial ? { trials } : {}) });
    this.#hooks = (name) => callModelHooks(this.#models, name, boot.slot, log);
    void this.#hooks('onWorkerReady');
    this.#tellFigures();
    setInterval(() => this.#tellFigures(), FIGURES_EVERY_MS).unref();
  }

  async #watchImports(): Promise<void> {
    const { ImportWatch } = await import('./life/import-watch.js');
    this.#imports = new ImportWatch((files) => this.#ports.tell({ type: 'imported', files }));
  }

  /** One plan's models: loaded, and warmed up or tried. */
  async #load(plan: ModelPlan, boot: Boot, log: Logger): Promise<Loaded[]> {
    const { name } = plan;
    this.#tellLoading(plan);
    const rssBefore = process.memoryUsage.rss();
    const startedAt = performance.now();
    const models = await loadModel(plan, {
      threads: boot.threads,
      cpuShare: boot.cpuShare,
      logger: modelLog(log, name),
      loaded: this.#models,
      slot: boot.slot,
      weights: boot.weights,
    });
    const loadMs = (performance.now() - startedAt) / models.length;
    const loaded: Loaded[] = [];
    for (const one of models) {
      logWeights(one, log);
      const model = withNaturalBatches(one);
      this.#models.push(model);
      const loadedAt = performance.now();
      const trial = boot.isTrial ? await tryModel(model, rssBefore) : undefined;
      if (trial === undefined) await warmUp(model, log);
      const warmupMs = performance.now() - loadedAt;
      loaded.push({ model, facts: { plan: name, loadMs, warmupMs }, trial });
    }
    return loaded;
  }

  #tellLoading({ name, version }: Pick<ModelPlan, 'name' | 'version'>): void {
    this.#ports.tell({ type: 'loading', name, version });
  }

  #tellAsynchronous(model: Model): void {
    if (this.#asynchronous.has(model)) return;
    this.#asynchronous.add(model);
    const { name, version } = model;
    this.#ports.tell({ type: 'asynchronous', name, version });
  }

  #tellFigures(): void {
    this.#ports.tell({ type: 'figures', figures: readFigures() });
  }

  async #fail(error: unknown, log: Logger): Promise<void> {
    const isModels = error instanceof StartError && error.exitCode === EXIT.MODEL_LOAD_FAILED;
    const exitCode = isModels ? EXIT.MODEL_LOAD_FAILED : EXIT.BOOT_FAILED;
    const reason = messageOf(error);
    log.error({ err: error instanceof StartError ? (error.cause ?? error) : error }, 'boot failed');
    this.#imports?.flush();
    this.#ports.tell({ type: 'failed', exitCode, reason });
    await this.#logs?.flushed();
    this.#ports.exit(exitCode);
  }

  async #leave(): Promise<void> {
    if (this.#state === 'leaving') return;
    this.#state = 'leaving';
    await this.#link?.close();
    await this.#hooks('onRetire');
    await Promise.allSettled(this.#models.map((model) => model.dispose()));
    await this.#logs?.flushed();
    this.#ports.exit(EXIT.OK);
  }

  /** The link's end is the master's: nothing can be answered any more. */
  #masterGone(log: Logger): void {
    if (this.#state === 'leaving') return;
    log.warn({}, 'master gone');
    void this.#leave();
  }

  /** What a model's own callback throws ends the process; the log says what it was. */
  #logLastWords(log: Logger): void {
    process.on('uncaughtException', (error, origin) => {
      log.fatal({ err: error, origin }, 'uncaught exception');
      this.#ports.exit(EXIT.UNEXPECTED);
    });
  }
}

function modelLog(log: Logger, model: string): Logger {
  return log.child({ model });
}

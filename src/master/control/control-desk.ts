import type { Settings } from '../../config/settings.js';
import { RequestError, StartError } from '../../errors.js';
import type { ImportedFile } from '../../link/process/control.js';
import type { Logger } from '../../observe/logger.js';
import type { RolloutOutcome } from '../../observe/metric-table.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import type { ClientRequest } from '../client-request.js';
import type { Answers } from '../front/answers.js';
import { Intake } from '../front/intake.js';
import type { MasterHooks } from '../hooks/master-hooks.js';
import type { Catalog } from '../models/catalog.js';
import { asRequestError } from '../models/control-error.js';
import type { FirstLook } from '../models/first-look.js';
import { Generations } from '../models/generations.js';
import { RepositoryControl } from '../models/repository-control.js';
import { type Appearance, appearanceOf, lookAtRepository } from '../models/repository-look.js';
import { Restarts } from '../models/restarts.js';
import { Scaling } from '../models/scaling.js';
import { VerbQueue } from '../models/verb-queue.js';
import { Watch } from '../models/watch.js';
import { Reload } from '../reload/reload.js';
import type { Reloadable } from '../reload/reloadable.js';
import { SourceWatch } from '../reload/source-watch.js';
import type { ServiceManager } from '../system/service-manager.js';
import type { BootFailure } from '../workers/boot-failure.js';
import type { Supervisor } from '../workers/supervisor.js';
import {
  answerControl,
  type ControlRequest,
  type ControlRoute,
  controlRoute,
  MOST_CONTROL_BYTES,
} from './control-routes.js';
import type { LiveLogLevel } from './log-level.js';

export type ControlDeskParts = {
  readonly settings: Settings;
  /** Absolute path of what is served. */
  readonly root: string;
  readonly first: FirstLook;
  readonly manager: Pick<ServiceManager, 'reloading' | 'reloaded'>;
  readonly hooks: Pick<MasterHooks, 'tell'>;
  readonly log: Logger;
  readonly catalog: Catalog;
  readonly answers: Answers;
  readonly budget: ByteBudget;
  readonly logLevel: LiveLogLevel;
  drain(): unknown;
  now(): number;
  supervisor(): Supervisor;
  rolloutEnded(outcome: RolloutOutcome): void;
  fatal(error: StartError): void;
  reread(): Settings;
  /** Files beside the repository that --reload looks at, by the settings that hold now. */
  sourceFiles(): readonly string[];
  readonly reloadables: readonly Reloadable[];
  /** All rooms act by the new settings from now on. */
  settingsTaken(): void;
};

/**
 * Where wishes to change what is served come in: over the main port and the admin port, by signal,
 * from the watch, and by what fails at the start. Joins them with the control; decides nothing.
 */
export class ControlDesk {
  readonly generations: Generations;
  readonly control: RepositoryControl;
  readonly scaling: Scaling;
  readonly restarts: Restarts;
  readonly #reload: Reload;
  /** Reads the bodies of control requests on the main port: small, and past a full queue. */
  readonly #intake: Intake;
  readonly #parts: ControlDeskParts;
  #watch: Watch | undefined;
  #sources: SourceWatch | undefined;

  constructor(parts: ControlDeskParts) {
    const { first, settings, root, catalog, log } = parts;
    this.#parts = parts;
    this.generations = new Generations(first.plan, {
      ...parts,
      slots: settings.workers,
      rolloutEnded: (outcome) => {
        parts.rolloutEnded(outcome);
        const { number: generation } = this.generations.current;
        parts.hooks.tell('onReload', { outcome, generation });
      },
    });
    const look = () => lookAtRepository(root);
    const { generations } = this;
    const queue = new VerbQueue();
    this.control = new RepositoryControl({ root, catalog, generations, log, queue, look });
    this.#reload = new Reload({
      ...parts,
      queue,
      generations,
      look,
      failedEarly: () => parts.rolloutEnded('failed'),
      taken: (appearance) => this.#taken(appearance),
    });
    const inTurn = (key: string, act: () => Promise<void>) => queue.run(key, act);
    this.scaling = new Scaling({ generations, log, inTurn });
    this.restarts = new Restarts({ ...parts, inTurn });
    this.#intake = this.#makeIntake();
    for (const { name, reason } of first.broken) {
      catalog.faulty(name, reason);
      log.warn({ model: name, reason }, 'model skipped');
    }
  }

  /** Looks at the repository from now on, if that was asked for. @param taken what it looked like when it was read */
  watch(taken: Appearance = this.#parts.first.appearance): void {
    const { settings, root, log } = this.#parts;
    if (settings.reload) this.#watchSources(taken);
    if (settings.reload || !settings.watch) return;
    this.#watch = new Watch(taken, {
      intervalMs: settings.watchInterval,
      news: 'repository changed',
      log,
      look: () => appearanceOf(root),
      take: (paths) => this.control.takeChanges(paths),
    });
  }

  /** Undefined: the request is for a model like any other. */
  intakeOf({ path }: ClientRequest): Intake | undefined {
    return controlRoute(path, 'main') === undefined ? undefined : this.#intake;
  }

  /** @throws RequestError */
  answer(route: ControlRoute, request: ControlRequest): Promise<string> {
    const { control, scaling, restarts } = this;
    const reload = () => this.#reload.run();
    const parts = { ...this.#parts, control, scaling, restarts, reload };
    return answerControl(route, request, parts);
  }

  /** SIGHUP: nobody waits for the answer, so the log has it. */
  reload(): void {
    this.#reload.run().catch(() => {});
  }

  /** A worker could not boot at the start. */
  startFailed(failure: BootFailure): void {
    const { settings, fatal, log, catalog } = this.#parts;
    const { slot, reason, exitCode, model } = failure;
    const plan = this.generations.current.models.find(
      (one) => one.name === model?.name && one.version === model.version,
    );
    if (settings.onBrokenModel === 'skip' && plan !== undefined) {
      if (this.generations.leaveOut(plan)) {
        log.warn({ model: plan.name, version: plan.version, reason }, 'model skipped');
        catalog.failed(plan, reason);
        return;
      }
    }
    fatal(new StartError(exitCode, `worker ${slot} could not boot: ${reason}`));
  }

  /** The server stops: who waits for a verb is told so. */
  close(): void {
    this.#watch?.close();
    this.#sources?.close();
    const error = new RequestError('DRAINING', 'the server is stopping');
    this.control.close(error);
    this.restarts.abandon(error);
  }

  /** With --reload, of workers: which files their modules import. */
  imported(files: readonly ImportedFile[]): void {
    this.#sources?.learn(files);
  }

  #watchSources(taken: Appearance): void {
    const { root, log, sourceFiles } = this.#parts;
    this.#sources ??= new SourceWatch({
      root,
      taken,
      files: sourceFiles(),
      log,
      reload: () => this.#reload.run().then(nothing, nothing),
    });
  }

  #taken(appearance: Appearance): void {
    this.#parts.settingsTaken();
    this.#sources?.follow(this.#parts.sourceFiles());
    this.#watch?.close();
    this.#watch = undefined;
    this.watch(appearance);
  }

  #makeIntake(): Intake {
    const { answers, budget, now } = this.#parts;
    const take = (bytes: number): undefined => {
      budget.add(bytes);
    };
    return new Intake(answers, {
      maxBodyBytes: MOST_CONTROL_BYTES,
      limitName: 'for loading and unloading',
      admission: { reserve: take, grow: take, enter: () => undefined },
      submit: (request) => void this.#serve(request),
      now,
    });
  }

  async #serve(request: ClientRequest): Promise<void> {
    const { answers } = this.#parts;
    const { path, method, body } = request;
    const route = controlRoute(path, 'main');
    if (route === undefined) return;
    request.route = route.label;
    const headerNames = new Set<string>();
    for (const [at, text] of request.headers.entries()) {
      if (at % 2 === 0) headerNames.add(text.toLowerCase());
    }
    // Of a proxy that is not trusted the headers are gone.
    if (request.isForwarded) headerNames.add('forwarded');
    try {
      const asked = { port: 'main', method, headerNames, body: Buffer.concat(body) } as const;
      const text = await this.answer(route, asked);
      if (text === '') answers.whole(request, 200, ['content-length', '0'], Buffer.alloc(0));
      else answers.text(request, 200, 'application/json', text);
    } catch (error) {
      answers.error(request, asRequestError(error));
    }
  }
}

function nothing(): void {}

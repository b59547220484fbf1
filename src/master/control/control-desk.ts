import type { Settings } from '../../config/settings.js';
import { ConfigError, RequestError, StartError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import type { RolloutOutcome } from '../../observe/metric-table.js';
import type { ByteBudget } from '../../queue/byte-budget.js';
import type { ClientRequest } from '../client-request.js';
import type { Answers } from '../front/answers.js';
import { Intake } from '../front/intake.js';
import type { Catalog } from '../models/catalog.js';
import { asRequestError } from '../models/control-error.js';
import type { FirstLook } from '../models/first-look.js';
import { Generations } from '../models/generations.js';
import { RepositoryControl } from '../models/repository-control.js';
import { appearanceOf, lookAtRepository } from '../models/repository-look.js';
import { Scaling } from '../models/scaling.js';
import { Watch } from '../models/watch.js';
import type { Trust } from '../trust/trust.js';
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
  readonly trust: Pick<Trust, 'prepare'>;
  readonly log: Logger;
  readonly catalog: Catalog;
  readonly answers: Answers;
  readonly budget: ByteBudget;
  readonly logLevel: LiveLogLevel;
  now(): number;
  supervisor(): Supervisor;
  rolloutEnded(outcome: RolloutOutcome): void;
  fatal(error: StartError): void;
};

/**
 * Where wishes to change what is served come in: over the main port and the admin port, by signal,
 * from the watch, and by what fails at the start. Joins them with the control; decides nothing.
 */
export class ControlDesk {
  readonly generations: Generations;
  readonly control: RepositoryControl;
  readonly scaling: Scaling;
  /** Reads the bodies of control requests on the main port: small, and past a full queue. */
  readonly #intake: Intake;
  readonly #parts: ControlDeskParts;
  #watch: Watch | undefined;

  constructor(parts: ControlDeskParts) {
    const { first, settings, root, catalog, log } = parts;
    this.#parts = parts;
    this.generations = new Generations(first.plan, { ...parts, slots: settings.workers });
    const look = () => lookAtRepository(root);
    this.control = new RepositoryControl({
      root,
      catalog,
      generations: this.generations,
      log,
      look,
    });
    this.scaling = new Scaling({
      generations: this.generations,
      log,
      inTurn: (key, act) => this.control.inTurn(key, act),
    });
    this.#intake = this.#makeIntake();
    for (const { name, reason } of first.broken) {
      catalog.faulty(name, reason);
      log.warn({ model: name, reason }, 'model skipped');
    }
  }

  /** Looks at the repository from now on, if that was asked for. */
  watch(): void {
    const { settings, first, root, log } = this.#parts;
    if (!settings.watch) return;
    this.#watch = new Watch(first.appearance, {
      intervalMs: settings.watchInterval,
      log,
      look: () => appearanceOf(root),
      reload: (paths) => this.control.reload(paths),
    });
  }

  /** Undefined: the request is for a model like any other. */
  intakeOf({ path }: ClientRequest): Intake | undefined {
    return controlRoute(path, 'main') === undefined ? undefined : this.#intake;
  }

  /** @throws RequestError */
  answer(route: ControlRoute, request: ControlRequest): Promise<string> {
    const { control, scaling } = this;
    return answerControl(route, request, {
      ...this.#parts,
      scaling,
      control: {
        load: (name) => control.load(name),
        unload: (name, withPipelines) => control.unload(name, withPipelines),
        reload: () => this.#reload(),
      },
    });
  }

  /** SIGHUP: nobody waits for the answer, so the log has it. */
  reload(): void {
    const { log } = this.#parts;
    this.#reload().then(
      () => log.info({}, 'reloaded'),
      (error: Error) => log.error({ reason: error.message }, 'reload failed'),
    );
  }

  /** Certificates are read first: a fault in them leaves everything as it is. */
  async #reload(): Promise<void> {
    const { trust, settings } = this.#parts;
    const takeTrust = prepared(() => trust.prepare(settings));
    takeTrust();
    await this.control.reload();
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
    this.control.close(new RequestError('DRAINING', 'the server is stopping'));
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

function prepared<T>(prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const text = `nothing is loaded or unloaded: ${error.faults.join(' ').replace(/\.$/, '')}`;
    throw new RequestError('MODEL_LOAD_FAILED', text, { cause: error });
  }
}

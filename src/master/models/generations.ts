import type { Settings } from '../../config/settings.js';
import { RequestError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import type { RolloutOutcome } from '../../observe/metric-table.js';
import type { BootFailure, ModelVersion } from '../workers/boot-failure.js';
import {
  changesBetween,
  type Generation,
  holdingOf,
  makeGeneration,
  type Renewal,
  type WantedPlan,
  withoutVersion,
} from '../workers/generation.js';
import type { Supervisor } from '../workers/supervisor.js';
import type { Catalog } from './catalog.js';
import { Rollout, type RolloutPorts } from './rollout.js';

export type GenerationsParts = {
  readonly catalog: Pick<Catalog, 'want'>;
  readonly log: Pick<Logger, 'info' | 'error'>;
  /** At the start. */
  readonly slots: number;
  readonly settings: Settings;
  now(): number;
  supervisor(): Pick<
    Supervisor,
    'slots' | 'open' | 'move' | 'assign' | 'vacate' | 'dropMisfits' | 'tick'
  >;
  rolloutEnded(outcome: RolloutOutcome): void;
};

/** A rollout that ended with the generation of before. */
export class RolloutError extends Error {
  override readonly name = 'RolloutError';
  readonly failure: BootFailure;

  constructor(failure: BootFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** The generation that serves, and the rollout to the next one while there is one. */
export class Generations {
  current: Generation;
  rollout: Rollout | undefined;
  readonly #parts: GenerationsParts;
  #lastNumber = 1;
  #startedAtMs = 0;
  #closed: RequestError | undefined;
  /** Given how many were replaced, or why it failed. */
  #end: (ended: number | Error) => void = () => {};

  constructor(first: WantedPlan, parts: GenerationsParts) {
    this.#parts = parts;
    const renewal = { number: 0, settings: { ...parts.settings } };
    this.current = makeGeneration(first, 1, parts.slots, renewal);
  }

  /** How many workers there are to be. */
  get wantedWorkers(): number {
    return (this.rollout?.target ?? this.current).slots;
  }

  /**
   * Moves all workers to what is wanted; one rollout at a time. Resolves when nobody serves anything
   * else any more.
   *
   * @param names models that are to be there at the end: a slot that should hold one of them and has
   *   no ready worker is filled at once, whatever its backoff says, and waited for
   * @param slots how many workers there are to be; as many as now, unless told
   * @param renewal another than the present one replaces every worker
   * @returns how many workers were replaced
   * @throws RolloutError when a worker could not boot with it, and all are back at what they held
   * @throws RequestError DRAINING when the server stops meanwhile
   */
  roll(
    wanted: WantedPlan,
    names: ReadonlySet<string>,
    slots: number = this.current.slots,
    renewal: Renewal = this.current.renewal,
  ): Promise<number> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const { catalog, log, now } = this.#parts;
    const from = this.current;
    this.#lastNumber += 1;
    const to = makeGeneration(wanted, this.#lastNumber, slots, renewal, from);
    this.rollout = new Rollout(this.#parts.supervisor().slots, from, to, names, this.#ports());
    this.#startedAtMs = now();
    log.info(
      { generation: to.number, from: from.number, ...changesBetween(from, to) },
      'rollout started',
    );
    catalog.want(to, from);
    return new Promise((resolve, reject) => {
      this.#end = (ended) => (typeof ended === 'number' ? resolve(ended) : reject(ended));
      this.step();
      this.#parts.supervisor().tick();
    });
  }

  /** To be called after each pass of the supervisor. */
  step(): void {
    const { rollout } = this;
    if (rollout === undefined) return;
    rollout.step();
    if (rollout.state === 'done') this.#done(rollout);
    if (rollout.state === 'failed' && rollout.failure !== undefined) {
      this.#failed(rollout, rollout.failure);
    }
  }

  /** The server stops: a rollout ends at once, and a verb that is still reading begins none. */
  close(error: RequestError): void {
    this.#closed = error;
    this.abandon(error);
  }

  /** Ends a rollout at once. */
  abandon(error: RequestError): void {
    const { rollout } = this;
    if (rollout === undefined) return;
    rollout.abandon();
    this.#over(rollout, 'abandoned');
    this.#parts.log.info(
      { generation: rollout.to.number, reason: error.message },
      'rollout abandoned',
    );
    this.#end(error);
  }

  /**
   * Goes on without a version that cannot be loaded, before anybody has served it. A rollout that was
   * asked for meanwhile is given up.
   *
   * @returns false when nothing would be left to serve
   */
  leaveOut(version: ModelVersion): boolean {
    const models = withoutVersion(this.current.models, version);
    if (models.length === 0) return false;
    const text = 'a model was left out while the server was still starting; try again';
    this.abandon(new RequestError('MODEL_LOAD_FAILED', text));
    const { number, fingerprints, defaultModel, slots, renewal } = this.current;
    const { catalog } = this.#parts;
    const wanted = { models, defaultModel, fingerprints };
    this.current = makeGeneration(wanted, number, slots, renewal, this.current);
    catalog.want(this.current);
    const supervisor = this.#parts.supervisor();
    for (let slot = 0; slot < slots; slot += 1) {
      const holding = holdingOf(this.current, slot);
      supervisor.assign(supervisor.open(slot, holding), holding);
    }
    setImmediate(() => supervisor.tick());
    return true;
  }

  #ports(): RolloutPorts {
    const { log, supervisor } = this.#parts;
    return {
      open: (number, holding) => supervisor().open(number, holding),
      vacate: (slot) => supervisor().vacate(slot),
      move: (slot, holding) => supervisor().move(slot, holding),
      assign: (slot, holding) => supervisor().assign(slot, holding),
      dropMisfits: (slot) => supervisor().dropMisfits(slot),
      replaced: (slot) => {
        const { number, holding, keeper } = slot;
        const facts = { slot: number, generation: holding.generation, workerPid: keeper?.pid };
        log.info(facts, 'worker replaced');
      },
      notBack: ({ number }, { reason }) =>
        log.error({ slot: number, reason }, 'slot could not go back to the generation of before'),
    };
  }

  #done(rollout: Rollout): void {
    const { log, catalog } = this.#parts;
    this.current = rollout.to;
    catalog.want(rollout.to);
    log.info({ generation: rollout.to.number, ...this.#over(rollout, 'done') }, 'rollout done');
    this.#end(rollout.replaced);
  }

  #failed(rollout: Rollout, failure: BootFailure): void {
    const { log, catalog } = this.#parts;
    const { slot, workerPid, reason, model } = failure;
    catalog.want(rollout.from);
    const facts = {
      generation: rollout.to.number,
      serving: rollout.from.number,
      slot,
      workerPid,
      ...(model && { model: model.name, version: model.version }),
      reason,
    };
    log.error({ ...facts, ...this.#over(rollout, 'failed') }, 'rollout failed');
    this.#end(new RolloutError(failure));
  }

  #over(rollout: Rollout, outcome: RolloutOutcome): { replaced: number; ms: number } {
    this.rollout = undefined;
    this.#parts.rolloutEnded(outcome);
    const ms = Math.round(this.#parts.now() - this.#startedAtMs);
    return { replaced: rollout.replaced, ms };
  }
}

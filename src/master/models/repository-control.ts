import { join } from 'node:path';
import type { RequestError } from '../../errors.js';
import { planOf } from '../../model/description.js';
import type { ModelPlan } from '../../model/model-plan.js';
import type { SurveyedModel } from '../../model/repository/model-survey.js';
import type { Logger } from '../../observe/logger.js';
import { modelKey } from '../workers/generation.js';
import type { Catalog } from './catalog.js';
import { isPart, isSibling, loadFailed, notFound, nothingThere } from './control-error.js';
import { type Generations, RolloutError } from './generations.js';
import type { RepositoryLook } from './repository-look.js';
import type { VerbQueue } from './verb-queue.js';
import {
  type Change,
  changeOf,
  pipelinesOf,
  type Refusal,
  refusals,
  removal,
  withChanges,
} from './wanted-models.js';

export type ControlParts = {
  /** Absolute path of what is served. */
  readonly root: string;
  readonly catalog: Catalog;
  readonly generations: Pick<Generations, 'current' | 'roll' | 'close'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly queue: VerbQueue;
  look(): Promise<RepositoryLook>;
};

/**
 * The verbs that change what is served while it is served. Each is over when no worker holds
 * anything else any more, or when all are back at what they held. They run one after another.
 */
export class RepositoryControl {
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /**
   * Reads one model anew and serves it: a new one is added, a changed one takes the place of the old.
   *
   * @throws RequestError MODEL_NOT_FOUND, or MODEL_LOAD_FAILED with the reason; what served serves on
   */
  load(name: string): Promise<void> {
    return this.#parts.queue.run(`load ${name}`, () => this.#load(name));
  }

  /**
   * Serves a model no longer. Its name stays known.
   *
   * @param withPipelines unloads the pipelines that are made of it, too
   * @throws RequestError MODEL_NOT_FOUND, or INVALID_INPUT when a pipeline is made of it
   */
  unload(name: string, withPipelines: boolean): Promise<void> {
    const key = `unload ${name} ${withPipelines}`;
    return this.#parts.queue.run(key, () => this.#unload(name, withPipelines));
  }

  /**
   * Reads some models anew: what is new or changed is loaded, what is gone is unloaded, what was
   * unloaded by hand is left alone.
   *
   * @param paths the models to look at, by the paths of their folders
   * @throws RequestError MODEL_LOAD_FAILED with all reasons; all else is done all the same
   */
  takeChanges(paths: ReadonlySet<string>): Promise<void> {
    const key = `take changes ${[...paths].join('\n')}`;
    return this.#parts.queue.run(key, () => this.#takeChanges(paths));
  }

  /** The server stops: nothing more is begun, and what is under way is given up. */
  close(error: RequestError): void {
    this.#parts.queue.close(error);
    this.#parts.generations.close(error);
  }

  async #load(name: string): Promise<void> {
    const { catalog, look } = this.#parts;
    const { survey, fingerprints } = await look();
    const model = survey.models.find((one) => one.name === name);
    if (model === undefined) throw this.#unknown(name, survey.models);
    if (model.faults.length > 0) throw loadFailed([this.#faulty(model)]);
    const change = changeOf(model, fingerprints);
    const refused = this.#isServed(change) ? [] : await this.#apply([change]);
    if (refused.length > 0) throw loadFailed(refused);
    catalog.absolve(name);
  }

  async #unload(name: string, withPipelines: boolean): Promise<void> {
    const { generations, catalog } = this.#parts;
    const { models } = generations.current;
    const pipelines = pipelinesOf(models, name);
    if (!withPipelines && pipelines.length > 0) throw isPart(name, pipelines);
    const isServed = models.some((plan) => plan.name === name);
    const plans = isServed ? models : await this.#readPlans(name);
    const names = [name, ...pipelines];
    const refused = isServed ? await this.#apply(names.map(removal)) : [];
    if (refused.length > 0) throw loadFailed(refused);
    for (const one of names) {
      catalog.unloaded(
        one,
        plans.filter((plan) => plan.name === one),
      );
    }
  }

  /** Of a model that is not served, it lies in the folder; of one that was unloaded, nothing new. */
  async #readPlans(name: string): Promise<readonly ModelPlan[]> {
    if (this.#parts.catalog.isUnloaded(name)) return [];
    const { models } = (await this.#parts.look()).survey;
    const model = models.find((one) => one.name === name);
    if (model === undefined) throw this.#unknown(name, models);
    return model.plans;
  }

  async #takeChanges(paths: ReadonlySet<string>): Promise<void> {
    const { root, catalog, look } = this.#parts;
    const { survey, fingerprints } = await look();
    // A repository that has vanished, as a mount does, is no wish to serve nothing.
    if (survey.models.length === 0) throw nothingThere(root, survey.faults);
    const isMeant = (path: string): boolean => path === root || paths.has(path);
    const meant = survey.models.filter(
      ({ name, path }) => isMeant(path) && !catalog.isUnloaded(name),
    );
    const good = meant.filter(({ faults }) => faults.length === 0);
    const bad = meant.filter(({ faults }) => faults.length > 0).map((one) => this.#faulty(one));
    const present = new Set(survey.models.map(({ name }) => name));
    const gone = [...catalog.planNames].filter(
      (name) => !present.has(name) && isMeant(join(root, name)),
    );
    const changes = [
      ...good.map((model) => changeOf(model, fingerprints)).filter((one) => !this.#isServed(one)),
      ...gone.map(removal),
    ];
    const refused = await this.#apply(changes);
    const isRefused = (name: string): boolean => refused.some((one) => one.name === name);
    for (const { name } of good) if (!isRefused(name)) catalog.absolve(name);
    for (const name of gone) if (!isRefused(name)) catalog.forget(name);
    if (bad.length + refused.length > 0) throw loadFailed([...bad, ...refused]);
  }

  /** Tries as much of the changes as can be had. @returns those that cannot, with the reasons */
  async #apply(changes: readonly Change[]): Promise<Refusal[]> {
    const refused: Refusal[] = [];
    let rest = changes;
    while (rest.length > 0) {
      const lacking = refusals(this.#parts.generations.current, rest);
      const more = lacking.length > 0 ? lacking : await this.#roll(rest);
      if (more.length === 0) break;
      refused.push(...more);
      rest = rest.filter(({ name }) => !more.some((refusal) => refusal.name === name));
    }
    return refused;
  }

  async #roll(changes: readonly Change[]): Promise<Refusal[]> {
    const { generations, catalog } = this.#parts;
    const wanted = withChanges(generations.current, changes);
    const names = changes.map(({ name }) => name);
    try {
      await generations.roll(wanted, new Set(names));
      return [];
    } catch (error) {
      if (!(error instanceof RolloutError)) throw error;
      const { model, reason } = error.failure;
      const isIt = (one: { name: string; version: string }): boolean =>
        one.name === model?.name && one.version === model.version;
      const plan = wanted.models.find(isIt);
      if (plan !== undefined) catalog.failed(plan, reason);
      // Who is named is to blame; when it is nobody of these, any of them may be.
      const blamed = names.filter((name) => name === model?.name);
      return (blamed.length > 0 ? blamed : names).map((name) => ({ name, reason }));
    }
  }

  /** It is wanted as it is now, and all of it is there. */
  #isServed(change: Change): boolean {
    const { generations, catalog } = this.#parts;
    const { current } = generations;
    const { name } = change;
    if (modelKey(current, name) !== modelKey(withChanges(current, [change]), name)) return false;
    return change.plans.every(({ version }) =>
      catalog.models.some(
        (model) => planOf(model) === name && model.version === version && model.state === 'READY',
      ),
    );
  }

  #faulty({ name, faults }: SurveyedModel): Refusal {
    const reason = faults.join(' ');
    this.#parts.log.warn({ model: name, faults }, 'model not read');
    this.#parts.catalog.faulty(name, reason);
    return { name, reason };
  }

  #unknown(name: string, models: readonly SurveyedModel[]): RequestError {
    const sibling = this.#parts.catalog.models.find((model) => model.name === name);
    if (sibling !== undefined && planOf(sibling) !== name) return isSibling(name, planOf(sibling));
    return notFound(
      name,
      models.map((model) => model.name),
    );
  }
}

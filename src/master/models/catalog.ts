import { basename, join } from 'node:path';
import {
  type ModelDescription,
  type ModelState,
  planOf,
  type ServedModel,
} from '../../model/description.js';
import type { ModelPlan } from '../../model/model-plan.js';
import { type Plan, plannedModels } from '../../model/repository/plan.js';
import { byNameAndVersion } from '../../model/repository/version-policy.js';
import { keyOf } from '../model-key.js';
import type { WorkerHandle } from '../workers/worker-handle.js';

/** A worker, as far as what it holds goes. */
export type Holder = Pick<WorkerHandle, 'state' | 'models' | 'holding'>;

/** Without a number of slots: as many as there is work for. */
type CatalogPlan = Plan & { readonly slots?: number };

/** Why a version is not served, and what it would have been. */
type Failure = { readonly models: readonly ModelDescription[]; readonly reason: string };

/** The reason of a model that somebody has unloaded. */
export const UNLOADED = 'unloaded';
/** The reason of all models while there are to be no workers. */
const NO_WORKERS = 'there are no workers (scaled to 0)';

/**
 * What the master knows of models: what is wanted, what the workers hold, what failed and what was
 * unloaded. Nothing here is kept up to date: it is worked out from the workers when somebody asks,
 * and once per change of them.
 */
export class Catalog {
  /** Called after each change: who reads the list keeps his own copy in step. */
  onChange: () => void = () => {};
  readonly #root: string;
  #wanted: CatalogPlan;
  /** Before they are moved to what is wanted, slots are still to hold this. */
  #leaving: Plan | undefined;
  readonly #holders = new Set<Holder>();
  /** What ready workers told last, by the plan it came from: shown while nobody holds it. */
  readonly #known = new Map<string, readonly ModelDescription[]>();
  readonly #failures = new Map<string, Failure>();
  /** What is wrong in the folder of a model: it is not read before that is mended. */
  readonly #faults = new Map<string, string>();
  readonly #unloaded = new Map<string, readonly ModelDescription[]>();
  #models: readonly ServedModel[] | undefined;

  /** @param root path of the repository: clients are told reasons, but not where it lies */
  constructor(wanted: CatalogPlan, root: string) {
    this.#wanted = wanted;
    this.#root = root;
  }

  /** Every version that is wanted, held, broken or unloaded; by name, then by version. */
  get models(): readonly ServedModel[] {
    this.#models ??= this.#list();
    return this.#models;
  }

  /** Name of the model that `POST /predict` means, whether or not it is loaded. */
  get defaultModel(): string | undefined {
    return this.#wanted.defaultModel;
  }

  /** The versions of one model, ascending; empty when nobody knows the name. */
  versionsOf(name: string): readonly ServedModel[] {
    return this.models.filter((model) => model.name === name);
  }

  /**
   * Whether waiting makes sense: some worker holds it, boots with it or will be forked with it.
   * Without a version, any of the model's.
   */
  isComing(name: string, version?: string): boolean {
    const plans = [...this.#wanted.models, ...(this.#leaving?.models ?? [])];
    const isPlanned = plans.some((plan) => isMeant(plan, name, version));
    return isPlanned || this.models.some((one) => isServed(one) && isMeant(one, name, version));
  }

  /** What all workers are to hold from now on; `leaving` is what those not yet moved hold. */
  want(wanted: CatalogPlan, leaving?: Plan): void {
    this.#wanted = wanted;
    this.#leaving = leaving;
    this.changed();
  }

  workerForked(worker: Holder): void {
    this.#holders.add(worker);
    this.changed();
  }

  /** What it holds has been loaded: what was said against it before is over. */
  workerReady(worker: Holder): void {
    for (const plan of worker.holding.plans) {
      const models = worker.models.filter((model) => planKeyOf(model) === keyOf(plan));
      this.#known.set(keyOf(plan), models);
      this.#failures.delete(keyOf(plan));
    }
    this.changed();
  }

  workerGone(worker: Holder): void {
    this.#holders.delete(worker);
    this.changed();
  }

  /** A version could not be loaded. It stays known with its reason until it is loaded or forgotten. */
  failed(plan: ModelPlan, reason: string): void {
    const models = this.#planned(plan);
    this.#failures.set(keyOf(plan), { models, reason: this.#withoutRoot(reason) });
    this.changed();
  }

  /** A folder has faults: it is served as before, or not at all. */
  faulty(name: string, reason: string): void {
    this.#faults.set(name, this.#withoutRoot(reason));
    this.changed();
  }

  /** Names of the plans behind all that is known. */
  get planNames(): ReadonlySet<string> {
    return new Set([...this.models.map(planOf), ...this.#faults.keys()]);
  }

  /** Folders that cannot be read, and nothing else is known of. */
  get unreadable(): readonly { readonly name: string; readonly reason: string }[] {
    const known = new Set(this.models.map(planOf));
    const faults = [...this.#faults].map(([name, reason]) => ({ name, reason }));
    return faults.filter(({ name }) => !known.has(name));
  }

  /** Somebody has unloaded a model: its name stays known, with the versions that these plans are. */
  unloaded(name: string, plans: readonly ModelPlan[]): void {
    const models = plans.flatMap((plan) => this.#planned(plan));
    if (models.length > 0) this.absolve(name);
    // Nothing new is known of one that is unloaded once more.
    if (models.length > 0 || !this.#unloaded.has(name)) this.#unloaded.set(name, models);
    this.changed();
  }

  /** It stays out until it is loaded by hand. */
  isUnloaded(name: string): boolean {
    return this.#unloaded.has(name);
  }

  /** It is served, or can be read again: what was said against it is over. */
  absolve(name: string): void {
    this.#unloaded.delete(name);
    this.#faults.delete(name);
    for (const key of this.#failures.keys()) if (isOf(key, name)) this.#failures.delete(key);
    this.changed();
  }

  /** It is gone from the repository. */
  forget(name: string): void {
    for (const key of this.#known.keys()) if (isOf(key, name)) this.#known.delete(key);
    this.absolve(name);
  }

  /** The state of a worker is another one now. */
  changed(): void {
    this.#models = undefined;
    this.onChange();
  }

  #list(): ServedModel[] {
    const found = new Map<string, ServedModel>();
    const add = (model: ModelDescription, state: ModelState, reason = ''): void => {
      const key = keyOf(model);
      if (!found.has(key)) found.set(key, { ...model, state, reason });
    };
    const holders = [...this.#holders].reverse();
    for (const { models } of holders.filter(isServing)) {
      for (const model of models) {
        add(model, 'READY', this.#complaint(model));
      }
    }
    for (const { models, reason } of this.#failures.values()) {
      for (const model of models) add(model, 'UNAVAILABLE', reason);
    }
    const { models: wanted, slots } = this.#wanted;
    for (const model of wanted.flatMap((plan) => this.#planned(plan))) {
      if (slots === 0) add(model, 'UNAVAILABLE', NO_WORKERS);
      else add(model, 'LOADING');
    }
    for (const { models } of holders.filter(isLeaving)) {
      for (const model of models) add(model, 'UNLOADING');
    }
    for (const model of [...this.#unloaded.values()].flat()) add(model, 'UNAVAILABLE', UNLOADED);
    return [...found.values()].sort(byNameAndVersion);
  }

  #withoutRoot(reason: string): string {
    return reason
      .replaceAll(join(this.#root, '/'), '')
      .replaceAll(this.#root, basename(this.#root));
  }

  /** What is said against a model that serves: it would not load again, or a newer one did not. */
  #complaint(model: ModelDescription): string | undefined {
    const failure = this.#failures.get(planKeyOf(model))?.reason;
    return failure ?? (model.isLatest ? this.#faults.get(planOf(model)) : undefined);
  }

  /** A plan may give models of other names: once they are known, the plan's own is not told. */
  #planned(plan: ModelPlan): readonly ModelDescription[] {
    const { defaultModel } = this;
    return this.#known.get(keyOf(plan)) ?? plannedModels({ models: [plan], defaultModel });
  }
}

function planKeyOf(model: ModelDescription): string {
  return keyOf({ name: planOf(model), version: model.version });
}

function isMeant(
  model: { readonly name: string; readonly version: string },
  name: string,
  version: string | undefined,
): boolean {
  return model.name === name && (version === undefined || model.version === version);
}

function isServed({ state }: ServedModel): boolean {
  return state === 'READY' || state === 'LOADING';
}

function isServing({ state }: Holder): boolean {
  return state === 'ready' || state === 'retiring';
}

function isLeaving({ state }: Holder): boolean {
  return state === 'draining' || state === 'leaving';
}

function isOf(key: string, name: string): boolean {
  return key.startsWith(keyOf({ name, version: '' }));
}

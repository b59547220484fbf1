import { settingsChange, takeSettings } from '../../config/live-settings.js';
import type { SettingKey, Settings } from '../../config/settings.js';
import { ConfigError, messageOf, RequestError } from '../../errors.js';
import { chooseDefault } from '../../model/repository/plan.js';
import type { Logger } from '../../observe/logger.js';
import type { Catalog } from '../models/catalog.js';
import { loadFailed, nothingThere } from '../models/control-error.js';
import { type Generations, RolloutError } from '../models/generations.js';
import type { Appearance, RepositoryLook } from '../models/repository-look.js';
import type { VerbQueue } from '../models/verb-queue.js';
import { type Change, type Refusal, refusals, withChanges } from '../models/wanted-models.js';
import type { ServiceManager } from '../system/service-manager.js';
import { changesBetween, type WantedPlan } from '../workers/generation.js';
import { type Review, review, withoutRefused } from './next-models.js';
import { discardAll, type Prepared, prepareAll, type Reloadable } from './reloadable.js';

export type ReloadParts = {
  /** The one object that all rooms of the master read. */
  readonly settings: Settings;
  /** Absolute path of what is served. */
  readonly root: string;
  readonly queue: VerbQueue;
  readonly catalog: Catalog;
  readonly generations: Pick<Generations, 'current' | 'roll'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly reloadables: readonly Reloadable[];
  /** Is told when it begins and when it is over. */
  readonly manager: Pick<ServiceManager, 'reloading' | 'reloaded'>;
  /** The settings as their sources give them now. @throws ConfigError */
  reread(): Settings;
  look(): Promise<RepositoryLook>;
  /** It failed before a worker was touched, so that no rollout counts it. */
  failedEarly(): void;
  /** The new generation is in place, made of what looked like this; new settings hold. */
  taken(appearance: Appearance): void;
};

/** What a reload did: the answer to `POST /reload`. */
export type ReloadReport = {
  readonly generation: number;
  /** Workers that were replaced. */
  readonly replaced: number;
  readonly models: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
  readonly settings: {
    readonly taken: readonly SettingKey[];
    /** Changed where they came from, and as before until a restart. */
    readonly notTaken: readonly SettingKey[];
  };
  /** Models that are broken: with `--on-broken-model skip`, served as before or left out. */
  readonly skipped: readonly Refusal[];
};

/** What has been tried so far of one reload. */
type Attempt = { rollouts: number; renewal: number };

/**
 * A reload of everything: settings, code and models. Every worker is replaced, since what has changed
 * may lie where nobody looks. All or nothing: any failure leaves all as it was.
 */
export class Reload {
  readonly #parts: ReloadParts;
  #lastRenewal = 0;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  /** Those that are asked for while one waits are that one. @throws RequestError with the reason */
  run(): Promise<ReloadReport> {
    return this.#parts.queue.run('reload', () => this.#run());
  }

  async #run(): Promise<ReloadReport> {
    const { log, manager, failedEarly } = this.#parts;
    manager.reloading();
    this.#lastRenewal += 1;
    const attempt: Attempt = { rollouts: 0, renewal: this.#lastRenewal };
    try {
      const report = await this.#reload(attempt);
      log.info(report, 'reloaded');
      return report;
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal.code === 'DRAINING') throw refusal;
      if (attempt.rollouts === 0) failedEarly();
      log.error({ reason: refusal.message, ...unexpected(error) }, 'reload failed');
      throw refusal;
    } finally {
      manager.reloaded();
    }
  }

  async #reload(attempt: Attempt): Promise<ReloadReport> {
    const { settings, generations, reloadables, reread } = this.#parts;
    const before = generations.current;
    const { next, taken, notTaken } = settingsChange(settings, reread());
    const seen = await this.#parts.look();
    const found = this.#review(seen);
    const prepared = await prepareAll(reloadables, next);
    const skipped = [...found.broken];
    let replaced: number;
    try {
      replaced = await this.#rollAll(found.changes, next, attempt, skipped);
    } catch (error) {
      discardAll(prepared);
      throw error;
    }
    takeSettings(settings, next);
    this.#parts.taken(seen.appearance);
    this.#commit(prepared);
    this.#absolve(found, skipped);
    const { current } = generations;
    const models = { added: [], removed: [], changed: [], ...changesBetween(before, current) };
    return {
      generation: current.number,
      replaced,
      models,
      settings: { taken, notTaken },
      skipped,
    };
  }

  /** @throws RequestError when a folder has faults, unless such are skipped */
  #review(seen: RepositoryLook): Review {
    const { root, catalog, generations, settings } = this.#parts;
    // A repository that has vanished, as a mount does, is no wish to serve nothing.
    if (seen.survey.models.length === 0) throw nothingThere(root, seen.survey.faults);
    const found = review(generations.current, seen, catalog);
    for (const { name, reason } of found.broken) catalog.faulty(name, reason);
    if (found.broken.length > 0 && settings.onBrokenModel === 'exit') {
      throw loadFailed(found.broken);
    }
    return found;
  }

  /** @param skipped gets the models that had to be skipped @returns how many workers were replaced */
  async #rollAll(
    first: readonly Change[],
    next: Settings,
    attempt: Attempt,
    skipped: Refusal[],
  ): Promise<number> {
    const { generations } = this.#parts;
    let changes = first;
    for (;;) {
      const wanted = this.#wanted(changes, next);
      const lacking = refusals(generations.current, changes);
      const ended = lacking.length > 0 ? lacking : await this.#roll(wanted, next, attempt);
      if (typeof ended === 'number') return ended;
      skipped.push(...ended);
      if (next.onBrokenModel === 'exit') throw loadFailed(ended);
      const tried = changes;
      changes = withoutRefused(generations.current, changes, ended);
      const isNew = JSON.stringify(changes) !== JSON.stringify(tried);
      const isAnythingLeft = withChanges(generations.current, changes).models.length > 0;
      if (!isNew || !isAnythingLeft) throw loadFailed(skipped);
    }
  }

  /** The default model changes only with its setting: its clients must not be answered by another. */
  #wanted(changes: readonly Change[], next: Settings): WantedPlan {
    const { generations, settings, root } = this.#parts;
    const wanted = withChanges(generations.current, changes);
    if (next.defaultModel === settings.defaultModel) return wanted;
    const names = wanted.models.map(({ name }) => name);
    return { ...wanted, defaultModel: chooseDefault(names, root, next.defaultModel) };
  }

  /** @returns how many workers were replaced, or which model cannot be loaded, and why */
  async #roll(wanted: WantedPlan, next: Settings, attempt: Attempt): Promise<number | Refusal[]> {
    const { generations, catalog } = this.#parts;
    const names = new Set(wanted.models.map(({ name }) => name));
    attempt.rollouts += 1;
    try {
      const renewal = { number: attempt.renewal, settings: next };
      return await generations.roll(wanted, names, next.workers, renewal);
    } catch (error) {
      if (!(error instanceof RolloutError)) throw error;
      const { model, reason } = error.failure;
      const plan = wanted.models.find(
        ({ name, version }) => name === model?.name && version === model.version,
      );
      if (plan === undefined) throw error;
      catalog.failed(plan, reason);
      return [{ name: plan.name, reason }];
    }
  }

  #commit(prepared: readonly Prepared[]): void {
    for (const one of prepared) {
      try {
        one.commit();
      } catch (error) {
        this.#parts.log.error({ err: error }, 'part of a reload not taken');
      }
    }
  }

  /** What was said against models before is over. */
  #absolve({ good, gone }: Review, skipped: readonly Refusal[]): void {
    const { catalog, log } = this.#parts;
    const names = new Set(skipped.map(({ name }) => name));
    for (const name of good) if (!names.has(name)) catalog.absolve(name);
    for (const name of gone) if (!names.has(name)) catalog.forget(name);
    for (const { name, reason } of skipped) log.warn({ model: name, reason }, 'model skipped');
  }
}

function asRefusal(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const reasons = error instanceof ConfigError ? error.faults.join(' ') : String(messageOf(error));
  const text = `nothing is changed, all serve on as before: ${reasons}`;
  return new RequestError('RELOAD_FAILED', text, { cause: error });
}

/** The stack of what is no failure that anybody thought of. */
function unexpected(error: unknown): { err?: unknown } {
  const isKnown =
    error instanceof RequestError || error instanceof ConfigError || error instanceof RolloutError;
  return isKnown ? {} : { err: error };
}

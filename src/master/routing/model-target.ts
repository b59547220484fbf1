import { NO_LIMIT, type ServedModel } from '../../model/description.js';
import type { ModelPath } from '../../model/paths/model-path.js';
import { readV1Path } from '../../model/paths/v1-path.js';
import { readV2Path } from '../../model/paths/v2-path.js';
import { ANY_WORKER } from '../../queue/request.js';
import { OTHER } from '../client-request.js';
import { keyOf } from '../model-key.js';
import { RoutePrefixes } from './route-prefixes.js';

/** What the master reads off a path before it dispatches: who can serve it, how long it may take. */
export type ModelTarget = {
  /** What a worker must hold. */
  readonly key: string;
  /** Whose run times to expect: one version of a model, or `other`. */
  readonly group: string;
  /** Model name, or `other`. */
  readonly model: string;
  readonly isRetryable: boolean;
} & Limits;

/** How long a request may run, wait, and stream; a model may have its own. */
export type Limits = {
  /** Infinity: for ever. */
  readonly timeoutMs: number;
  readonly queueTimeoutMs: number;
  /** Undefined: for ever. */
  readonly streamTimeoutMs: number | undefined;
};

/** As its settings say it; undefined: off. */
type LimitsOfServer = Omit<Limits, 'timeoutMs'> & { readonly timeoutMs: number | undefined };

/** Paths are remembered up to this many; then it starts anew, for clients can invent some. */
const MOST_PATHS = 4096;
const LONGEST_PATH = 512;

const FOR_EVER = Number.POSITIVE_INFINITY;

/** The settings that say it for models that do not. */
export const LIMIT_SETTINGS: Readonly<{
  timeoutMs: 'timeout';
  queueTimeoutMs: 'queueTimeout';
  streamTimeoutMs: 'streamTimeout';
}> = {
  timeoutMs: 'timeout',
  queueTimeoutMs: 'queueTimeout',
  streamTimeoutMs: 'streamTimeout',
};

/**
 * Finds what a path asks for without parsing a body. Paths of no model are the
 * workers' to judge, by any of them; versions and labels that a model does not
 * have, by one that holds the model.
 */
export class ModelTargets {
  /** Counts how often the models have changed. */
  generation = 0;
  #other: ModelTarget;
  readonly #limits: LimitsOfServer;
  #byKey = new Map<string, ModelTarget>();
  readonly #prefixes = new RoutePrefixes();
  readonly #byPath = new Map<string, ModelTarget>();
  #default: ModelTarget;

  /** @param limits of models that have none of their own; read anew whenever models are learned */
  constructor(limits: LimitsOfServer) {
    this.#limits = limits;
    this.#other = this.#makeOther();
    this.#default = this.#other;
  }

  /** All models there are, whether or not a worker holds them now; versions ascending. */
  learn(models: readonly ServedModel[]): void {
    this.generation += 1;
    this.#other = this.#makeOther();
    this.#byPath.clear();
    this.#byKey = new Map();
    for (const [key, model] of meantModels(models)) {
      this.#byKey.set(key, {
        key,
        group: keyOf({ name: model.name, version: model.version }),
        model: model.name,
        isRetryable: model.isRetryable,
        ...this.#limitsOf(model),
      });
    }
    this.#prefixes.learn(models, (name) => this.#byKey.get(name));
    const standard = models.find(({ isDefault }) => isDefault)?.name ?? '';
    this.#default = this.#byKey.get(standard) ?? this.#other;
  }

  /** All that can be asked for by name. */
  get keys(): ReadonlySet<string> {
    return new Set([...this.#byKey.keys(), this.#other.key]);
  }

  get groups(): ReadonlySet<string> {
    const groups = [...this.#byKey.values()].map(({ group }) => group);
    return new Set([...groups, ...this.#prefixes.groups, this.#other.group]);
  }

  /** The method matters only where a module's own routes may change something. */
  find(path: string, method: string): ModelTarget {
    if (path === '/predict') return this.#default;
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const asked = readV1Path(path) ?? readV2Path(path);
    if (asked === undefined) return this.#prefixes.find(path, method) ?? this.#other;
    const target = this.#targetOf(asked);
    if (target === undefined) return this.#other;
    if (path.length <= LONGEST_PATH) this.#remember(path, target);
    return target;
  }

  #limitsOf(model: ServedModel): Limits {
    const { timeoutMs, queueTimeoutMs, streamTimeoutMs } = this.#other;
    return {
      timeoutMs: model.timeoutMs === NO_LIMIT ? FOR_EVER : (model.timeoutMs ?? timeoutMs),
      queueTimeoutMs: model.queueTimeoutMs ?? queueTimeoutMs,
      streamTimeoutMs:
        model.streamTimeoutMs === NO_LIMIT ? undefined : (model.streamTimeoutMs ?? streamTimeoutMs),
    };
  }

  #makeOther(): ModelTarget {
    const { timeoutMs = FOR_EVER, queueTimeoutMs, streamTimeoutMs } = this.#limits;
    const limits = { timeoutMs, queueTimeoutMs, streamTimeoutMs };
    return { key: ANY_WORKER, group: OTHER, model: OTHER, isRetryable: true, ...limits };
  }

  #targetOf(asked: ModelPath): ModelTarget | undefined {
    return this.#byKey.get(keyOf(asked)) ?? this.#byKey.get(asked.name);
  }

  #remember(path: string, target: ModelTarget): void {
    if (this.#byPath.size >= MOST_PATHS) this.#byPath.clear();
    this.#byPath.set(path, target);
  }
}

/** Key → the version that it means now. */
function meantModels(models: readonly ServedModel[]): Map<string, ServedModel> {
  const meant = new Map<string, ServedModel>();
  const offer = (key: string, model: ServedModel): void => {
    const other = meant.get(key);
    if (other === undefined || rankOf(model) >= rankOf(other)) meant.set(key, model);
  };
  for (const model of models) {
    const { name, version, labels } = model;
    offer(name, model);
    offer(keyOf({ name, version }), model);
    for (const label of labels) offer(keyOf({ name, label }), model);
  }
  return meant;
}

/** While one version follows another both may be the latest, or have the label: the newer one is meant. */
function rankOf({ state, isLatest }: ServedModel): number {
  return (state === 'READY' ? 2 : 0) + (isLatest ? 1 : 0);
}

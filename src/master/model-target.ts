import type { ModelDescription } from '../model/description.js';
import { OTHER } from './client-request.js';

/** What the master reads off a path before it dispatches: whose run time to expect, and the model's own limits. */
export type ModelTarget = {
  /** Model name, or `other`. */
  readonly group: string;
  readonly isRetryable: boolean;
  readonly timeoutMs: number;
};

/**
 * Finds a path's model without parsing a body. Unknown paths are the workers'
 * to judge; here they only share one estimate.
 */
export class ModelTargets {
  readonly #other: ModelTarget;
  readonly #byName = new Map<string, ModelTarget>();
  #default: ModelTarget;

  constructor(timeoutMs: number) {
    this.#other = { group: OTHER, isRetryable: true, timeoutMs };
    this.#default = this.#other;
  }

  /** Takes what a ready worker told of its models. */
  learn(models: readonly ModelDescription[]): void {
    this.#byName.clear();
    this.#default = this.#other;
    for (const model of models) {
      const target = {
        group: model.name,
        isRetryable: model.isRetryable,
        timeoutMs: model.timeoutMs ?? this.#other.timeoutMs,
      };
      this.#byName.set(model.name, target);
      if (model.isDefault) this.#default = target;
    }
  }

  find(path: string): ModelTarget {
    if (path === '/predict') return this.#default;
    const name = /^\/v1\/models\/(?<name>[^/:]+)/.exec(path)?.groups?.name;
    return (name !== undefined && this.#byName.get(name)) || this.#other;
  }
}

import { performance } from 'node:perf_hooks';
import { RequestError } from '../errors.js';
import type { Finish, PredictContext } from './model.js';
import { modelError } from './model-error.js';

/**
 * Runs of one model, one at a time and in the order they came, so that a run's time is its own.
 * A synchronous model never waits here: it has answered before `run` returns.
 *
 * idle → busy (a run returned a promise) → idle again when it settles and nothing waits.
 */
export class RunQueue {
  readonly #modelName: string;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  constructor(modelName: string) {
    this.#modelName = modelName;
  }

  run<T>(work: () => T | PromiseLike<T>, context: PredictContext, finish: Finish<T>): void {
    if (this.#isBusy) this.#waiting.push(() => this.#begin(work, context, finish));
    else this.#begin(work, context, finish);
  }

  #begin<T>(work: () => T | PromiseLike<T>, context: PredictContext, finish: Finish<T>): void {
    if (context.isAbandoned) {
      finish(new RequestError('CLIENT_CLOSED_REQUEST', 'the client left'), undefined, 0);
      return;
    }
    const startedAt = performance.now();
    let result: T | PromiseLike<T>;
    try {
      result = work();
    } catch (error) {
      finish(modelError(this.#modelName, error), undefined, microsSince(startedAt));
      return;
    }
    if (!isThenable(result)) finish(undefined, result, microsSince(startedAt));
    else this.#await(result, startedAt, finish);
  }

  #await<T>(result: PromiseLike<T>, startedAt: number, finish: Finish<T>): void {
    this.#isBusy = true;
    result.then(
      (value) => {
        finish(undefined, value, microsSince(startedAt));
        this.#next();
      },
      (error: unknown) => {
        finish(modelError(this.#modelName, error), undefined, microsSince(startedAt));
        this.#next();
      },
    );
  }

  #next(): void {
    this.#isBusy = false;
    while (!this.#isBusy) {
      const begin = this.#waiting.shift();
      if (begin === undefined) return;
      begin();
    }
  }
}

export function microsSince(startedAt: number): number {
  return (performance.now() - startedAt) * 1000;
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

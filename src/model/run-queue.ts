import { performance } from 'node:perf_hooks';
import { RequestError } from '../errors.js';
import type { Finish, PredictContext } from './model.js';
import { clientLeft, modelError } from './model-error.js';
import { discard, isStream, isSynchronousStream, type Pieces, pull } from './streamed-result.js';

/** What `finish` gets of a run whose pieces were all taken. */
export const STREAMED: unique symbol = Symbol('streamed');

/** What the pieces of a model that streams are to those who run it. */
export type PieceRule = {
  /** @throws RequestError MODEL_ERROR for a piece that does not fit the model's signature */
  check(piece: unknown): unknown;
  /** All pieces together are a result, for who wants it whole; else such a run is refused. */
  readonly canJoin: boolean;
};

/**
 * Runs of one model, one at a time and in the order they came, so that a run's time is its own.
 * A synchronous model never waits here: it has answered before `run` returns.
 *
 * idle → busy (a run returned a promise or a stream) → idle again when it settles and nothing waits.
 */
export class RunQueue {
  readonly #modelName: string;
  readonly #rule: PieceRule;
  readonly #waiting: (() => void)[] = [];
  #isBusy = false;

  constructor(modelName: string, rule: PieceRule) {
    this.#modelName = modelName;
    this.#rule = rule;
  }

  /** `finish` gets what the model returned, still unchecked; of a stream, all pieces or `STREAMED`. */
  run(work: () => unknown, context: PredictContext, finish: Finish<unknown>): void {
    if (this.#isBusy) this.#waiting.push(() => this.#begin(work, context, finish));
    else this.#begin(work, context, finish);
  }

  #begin(work: () => unknown, context: PredictContext, finish: Finish<unknown>): void {
    if (context.isAbandoned) {
      finish(clientLeft(), undefined, 0);
      return;
    }
    const startedAt = performance.now();
    let result: unknown;
    try {
      result = work();
    } catch (error) {
      finish(modelError(this.#modelName, error), undefined, microsSince(startedAt));
      return;
    }
    const isThere = !isThenable(result) && !isStream(result);
    if (isThere) {
      finish(undefined, result, microsSince(startedAt));
      return;
    }
    // A generator that is not asynchronous computes between its pieces, and hears nothing then.
    if (!isSynchronousStream(result)) context.waits?.();
    void this.#settle(result, startedAt, context, finish);
  }

  async #settle(
    pending: unknown,
    startedAt: number,
    context: PredictContext,
    finish: Finish<unknown>,
  ): Promise<void> {
    this.#isBusy = true;
    let result: unknown;
    let error: RequestError | undefined;
    try {
      result = await pending;
    } catch (cause) {
      error = this.#errorOf(cause, context);
    }
    const runMicros = microsSince(startedAt);
    if (isStream(result)) await this.#stream(result, runMicros, context, finish);
    else finish(error, result, runMicros);
    this.#next();
  }

  async #stream(
    pieces: Pieces,
    openMicros: number,
    context: PredictContext,
    finish: Finish<unknown>,
  ): Promise<void> {
    const isWhole = context.takePiece === undefined;
    if (isWhole && !this.#rule.canJoin) {
      await discard(pieces);
      finish(this.#notWhole(), undefined, openMicros);
      return;
    }
    const joined: unknown[] = [];
    const take = (piece: unknown): Promise<void> | undefined => {
      const checked = this.#rule.check(piece);
      if (!isWhole) return context.takePiece?.(checked);
      joined.push(checked);
      return undefined;
    };
    const { runMicros, fault } = await pull(pieces, take, context);
    const hasFailed = fault !== undefined || context.isAbandoned;
    const error = hasFailed ? this.#errorOf(fault?.cause, context) : undefined;
    finish(error, isWhole ? joined : STREAMED, openMicros + runMicros);
  }

  /** Who is told to stop may throw; that is no fault of the model's. */
  #errorOf(cause: unknown, context: PredictContext): RequestError {
    return context.isAbandoned ? clientLeft({ cause }) : modelError(this.#modelName, cause);
  }

  #notWhole(): RequestError {
    const path = `/v1/models/${this.#modelName}:predict`;
    const message = `model "${this.#modelName}" streams its reply in pieces: expected POST ${path}`;
    return new RequestError('INVALID_INPUT', message);
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

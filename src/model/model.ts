/** A loaded model, as routes see it: whatever its format, it runs and says what it takes. */

import type { RequestError } from '../errors.js';
import type { OwnLimits, OwnPlace } from './description.js';
import type { WorkerHooks } from './module/module-hooks.js';
import type { RuntimeName } from './runtime-name.js';
import type { TakePiece } from './streamed-result.js';
import type { Signature } from './tensor/signature.js';
import type { Tensors } from './tensor/tensor.js';
import type { HeldWeights } from './weights.js';

/** What a run may know of its request. */
export type PredictContext = {
  readonly requestId: string;
  /** Aborted when the client has left or the request is out of time. */
  readonly signal: AbortSignal;
  /** Nobody waits for the answer any more: a run that has not begun need not. */
  readonly isAbandoned: boolean;
  /** To be told when the run has returned a promise or a stream: from then on it can hear its signal. */
  waits?(): void;
  /** Takes the pieces of a streamed reply, checked, one by one. Absent: only a whole one will do. */
  readonly takePiece?: TakePiece | undefined;
};

/**
 * Called exactly once: with an error, with what the model returned, or with neither, when all of
 * it went through `takePiece`.
 * `runMicros` is the time the model computed, without any wait; of a batch, this request's share.
 * `batchRows` are the rows that ran together; absent: this request ran by itself.
 */
export type Finish<T> = (
  error: RequestError | undefined,
  result: T | undefined,
  runMicros: number,
  batchRows?: number,
) => void;

/** A request body, in the form that `POST /predict` takes. */
export type WarmupBody = Readonly<Record<string, unknown>>;

/** Examples to run before the first request; `false`: none. */
export type Warmup = false | WarmupBody | readonly WarmupBody[];

/** Routes that a module brings along. */
export type OwnRoutes = OwnPlace & {
  /** A Fastify plugin: only a worker's app knows what to do with it. */
  readonly plugin: (...values: never[]) => unknown;
};

type LoadedModel = OwnLimits & {
  readonly name: string;
  readonly version: string;
  /** Name of the plan that gave it, where its module calls it otherwise. */
  readonly plan?: string;
  readonly runtime: RuntimeName;
  readonly isLatest: boolean;
  readonly labels: readonly string[];
  /** False: must not run twice for one request. */
  readonly isRetryable: boolean;
  /** What runs is a generator. */
  readonly isStreaming?: boolean;
  /** Whether other workers may run some of a large request's rows. Absent: where its rows are known to be rows. */
  readonly dataParallel?: boolean;
  readonly warmup?: Warmup;
  /** Absent: nobody knows. */
  readonly heldWeights?: HeldWeights;
  readonly routes?: OwnRoutes;
  /** Of its module; on one of the module's models. */
  readonly hooks?: WorkerHooks;
  /** Frees what the model holds; nothing runs at that moment. */
  dispose(): Promise<void>;
};

/** Has a signature: gets and returns tensors that fit it. */
export type TensorModel = LoadedModel & {
  readonly kind: 'tensors';
  readonly signature: Signature;
  /** Known to compute each row by itself: rows of several requests may run as one. */
  readonly isRowWise?: boolean;
  /** Rows that may run together; 1: each request by itself. Absent: as `isRowWise` allows. */
  readonly maxBatchRows?: number;
  /** How long a request may wait for others to fill its batch. */
  readonly maxBatchDelayMs?: number;
  /** The only numbers of rows that it runs with, ascending; absent: any. */
  readonly allowedBatchSizes?: readonly number[];
  run(inputs: Tensors, context: PredictContext, finish: Finish<Tensors>): void;
};

/** Has none: gets `instances` as they came and returns one prediction for each. */
export type InstancesModel = LoadedModel & {
  readonly kind: 'instances';
  run(
    instances: readonly unknown[],
    context: PredictContext,
    finish: Finish<readonly unknown[]>,
  ): void;
};

export type Model = TensorModel | InstancesModel;

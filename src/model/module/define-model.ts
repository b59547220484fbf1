/** What a user's module may export: the types of `import { defineModel } from 'forkcast'`. */
import type { Warmup } from '../model.js';
import type { Signature } from '../tensor/signature.js';
import type { Tensor, TensorData } from '../tensor/tensor.js';

/** Where to log from a module; pino's own form. */
export type ModuleLogger = {
  info(facts: object, message?: string): void;
  warn(facts: object, message?: string): void;
  error(facts: object, message?: string): void;
};

export type LoadContext = {
  /** Absolute path of the folder the module lies in: weights and tables are found from here. */
  readonly folder: string;
  /** Threads this process may use for one computation. */
  readonly threads: number;
  readonly logger: ModuleLogger;
  /** `options` of the model's `forkcast.json`, as they are; `{}` when there are none. */
  readonly options: Readonly<Record<string, unknown>>;
};

export type RunContext = {
  readonly requestId: string;
  /** Aborted when the client has left; of several requests that run together, when all have. */
  readonly signal: AbortSignal;
};

/** Nested arrays as in JSON, down to numbers, strings or booleans. */
export type Nested = number | bigint | string | boolean | readonly Nested[];

/** One output: a tensor (`dtype` may be left out), a typed array, or nested arrays. */
export type OutputValue = Omit<Tensor, 'dtype'> | Tensor | Exclude<TensorData, string[]> | Nested;

/** Every output by its name; a model with one output may return its value directly. */
export type Outputs = Readonly<Record<string, OutputValue>> | OutputValue;

/** A plain object, made for the hook. */
export type WorkerFacts = {
  /** Of the worker. */
  readonly pid: number;
  /** Its seat, from 0, which outlives it. */
  readonly slot: number;
  /** The model that the module's folder gives. */
  readonly model: string;
};

type ModuleBase = {
  /** Runs once per worker, before the first request; the worker is ready when it has settled. */
  load?(context: LoadContext): unknown;
  /** Runs when the worker leaves. */
  dispose?(): unknown;
  /** When the module is imported, before `load`; waited for, at most 5 s. */
  onWorkerBoot?(facts: WorkerFacts): unknown;
  /** When all models of the worker are loaded and it takes requests. */
  onWorkerReady?(facts: WorkerFacts): unknown;
  /** When the worker leaves in order, with nothing to do any more, before `dispose`; waited for, at most 2 s. */
  onRetire?(facts: WorkerFacts): unknown;
  /** An example request body to run before the first request, such as `{ instances: [[0, 0]] }`. */
  warmup?: Warmup;
  /** False: a request is never run a second time, also when its worker died. */
  retry?: boolean;
  /** Longest time of one run: `'250ms'`, `'30s'`, or seconds, or `'off'`; of a stream, to each next piece. */
  timeout?: string | number;
  /** Longest time a request may wait for a worker. */
  queueTimeout?: string | number;
  /** Longest time of a streamed reply, from its first piece to its end. */
  streamTimeout?: string | number;
  /** How many of its requests may be at workers at once; any number unless told. */
  maxInFlight?: number;
  /** Routes of its own: a `RoutesPlugin`, better exported by itself, where it gets its types. */
  routes?: (...values: never[]) => unknown;
  /** What the paths of `routes` begin with; `/models/NAME` unless told. */
  prefix?: string;
  /**
   * Whether other workers may run some of a large request's rows. With a signature: as `maxBatchRows`
   * allows, unless told; without one only where told, for `predict` may look at all of its instances.
   */
  dataParallel?: boolean;
};

type DataOf = {
  bool: Uint8Array;
  /** Raw bits. */
  bfloat16: Uint16Array;
  /** Raw bits. */
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  string: string[];
};

/** What a generator function returns: each piece goes to the client as soon as it is there. */
export type Pieces<Piece> = AsyncIterable<Piece> | IterableIterator<Piece>;

/** What `predict` returns: at once or later, whole or in pieces. */
export type Result<Whole, Piece> =
  | Whole
  | Pieces<Piece>
  | PromiseLike<Whole>
  | PromiseLike<AsyncIterable<Piece>>;

/** The tensors of a signature's inputs, by name, each with the array of its dtype. */
export type InputsOf<S extends Signature> = {
  readonly [Input in S['inputs'][number] as Input['name']]: {
    readonly dtype: Input['dtype'];
    readonly shape: readonly number[];
    readonly data: DataOf[Input['dtype']];
  };
};

/** With a signature, `predict` gets tensors that fit it and returns what fits its outputs. */
export type TensorModule<S extends Signature = Signature> = ModuleBase & {
  signature: S;
  /** Rows of several requests that may run together; 1, each request by itself, unless told. */
  maxBatchRows?: number;
  /** How long a request may wait for others to fill its batch; 0 unless told. */
  maxBatchDelay?: string | number;
  /** The only numbers of rows that `predict` gets; any unless told. */
  allowedBatchSizes?: readonly number[];
  predict(inputs: InputsOf<S>, context: RunContext): Result<Outputs, Outputs>;
};

/**
 * Without one, `predict` gets `instances` as they came and returns one prediction for each, or as
 * many pieces as it likes, anything that JSON can hold.
 */
export type InstancesModule = ModuleBase & {
  signature?: undefined;
  // Instances are whatever clients send: a module narrows them to what it works with.
  predict(instances: readonly unknown[], context: RunContext): Result<ArrayLike<unknown>, unknown>;
};

/** Gives a module its types; it changes nothing. */
export function defineModel<const S extends Signature>(module: TensorModule<S>): TensorModule<S>;
export function defineModel(module: InstancesModule): InstancesModule;
export function defineModel<M>(module: M): M {
  return module;
}

/** Thrown by a module that cannot work with what it got: answered 400 INVALID_INPUT. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  readonly code = 'INVALID_INPUT';
}

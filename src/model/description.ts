import type { Batching } from './batching.js';
import type { RuntimeName } from './runtime-name.js';
import type { Signature } from './tensor/signature.js';
import type { HeldWeights } from './weights.js';

/**
 * What the master knows of a model: told by each ready worker over the control
 * channel, so everything in it survives JSON; until then, what was planned.
 */
export type ModelDescription = OwnLimits & {
  readonly name: string;
  readonly version: string;
  /** Name of the plan it was loaded by, where that is not its own: a module may give several models. */
  readonly plan?: string;
  readonly runtime: RuntimeName;
  /** Of the model that `POST /predict` means. */
  readonly isDefault: boolean;
  /** Requests that name no version mean this one. */
  readonly isLatest: boolean;
  readonly labels: readonly string[];
  /** Absent where a module declares none (it takes raw instances), and before a worker is ready. */
  readonly signature?: Signature;
  /** A body to send, such as `{"instances": [...]}`: what it warms up with, unless that is long. */
  readonly example?: unknown;
  /** False: a request whose worker died is answered 500 WORKER_CRASHED, never run again. */
  readonly isRetryable: boolean;
  readonly routes?: OwnPlace;
  /** It makes its answers piece by piece; absent: it is not known to. */
  readonly isStreaming?: boolean;
  /** How its requests run together; absent: each by itself, or it is not known yet. */
  readonly batch?: Batching;
  /** Absent: nobody knows. */
  readonly heldWeights?: HeldWeights;
  readonly loadMs: number;
  readonly warmupMs: number;
};

/** The name of the plan that a model came from. */
export function planOf({ name, plan = name }: Pick<ModelDescription, 'name' | 'plan'>): string {
  return plan;
}

/** A time limit that is off. What is told of a model must survive JSON, which has no infinity. */
export const NO_LIMIT = 0;

/** The limits that a model has of its own; absent: the server's, or none. */
export type OwnLimits = {
  /** Of a run; NO_LIMIT: it may run for ever. */
  readonly timeoutMs?: number;
  /** Of the wait for a worker. */
  readonly queueTimeoutMs?: number;
  /** Of the whole of a streamed reply; NO_LIMIT: it may stream for ever. */
  readonly streamTimeoutMs?: number;
  /** How many of its requests may be at workers at once. */
  readonly maxInFlight?: number;
};

/** Those that are set, and nothing else. */
export function ownLimits(limits: OwnLimits): OwnLimits {
  const { timeoutMs, queueTimeoutMs, streamTimeoutMs, maxInFlight } = limits;
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(queueTimeoutMs === undefined ? {} : { queueTimeoutMs }),
    ...(streamTimeoutMs === undefined ? {} : { streamTimeoutMs }),
    ...(maxInFlight === undefined ? {} : { maxInFlight }),
  };
}

/** Where a module's own routes are. */
export type OwnPlace = {
  /** What their paths begin with, such as `/models/NAME`. */
  readonly prefix: string;
  /** Absent: the method of a request decides whether it may run again. */
  readonly retry?: boolean;
  /** True: there is no model behind the name, only the routes. */
  readonly isAlone?: boolean;
};

/**
 * LOADING: workers with it boot. READY: at least one worker answers for it.
 * UNLOADING: its last workers drain. UNAVAILABLE: nobody holds it, `reason` says why.
 */
export type ModelState = 'LOADING' | 'READY' | 'UNLOADING' | 'UNAVAILABLE';

/** One version of a model as the master knows it. */
export type ServedModel = ModelDescription & {
  readonly state: ModelState;
  /** '' unless UNAVAILABLE, or READY while a newer one failed to load. */
  readonly reason: string;
};

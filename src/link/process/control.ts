/**
 * Control messages, sent with `process.send`. Bodies and replies never travel
 * here: they go over the private stream (see frame.ts).
 */
import type { ModelDescription } from '../../model/description.js';
import type { ModelPlan } from '../../model/model-plan.js';
import type { WeightsOptions } from '../../model/weights.js';

/** What a worker needs to boot; answered by `ready` or `failed`. */
export type Boot = {
  readonly type: 'boot';
  readonly slot: number;
  readonly models: readonly ModelPlan[];
  /** Undefined: the only one there is. `NO_DEFAULT`: none, though it may hold only one of several. */
  readonly defaultModel: string | undefined;
  /** Intra-op threads of a native runtime in this worker. */
  readonly threads: number;
  /** CPUs for this worker, which may be a part of one. */
  readonly cpuShare: number;
  readonly weights: WeightsOptions;
  /** Of a body without its content encoding. */
  readonly maxBodyBytes: number;
  readonly log: BootLog;
  /** What `ps` is to show of it. */
  readonly title?: string;
  /** For `forkcast check`: `ready` then tells what running each model was like. */
  readonly isTrial?: true;
  /** For `--reload`: it tells which files its modules import. */
  readonly tellsImports?: true;
};

/** Where a worker's lines go, and how they look. */
export type BootLog = {
  readonly level: string;
  readonly format: 'json' | 'pretty';
  /** A path, which the worker opens for itself, or `-`. */
  readonly file: string;
  /** The descriptor that `-` means, where it is not the worker's own standard output. */
  readonly standardFd?: number;
};

/** What running a model was like, in a process that had run nothing before. */
export type ModelTrial = {
  readonly name: string;
  readonly version: string;
  /** On its own example or on zeros; absent where there is nothing to run it on. */
  readonly runs?: {
    readonly on: 'example' | 'zeros';
    readonly firstRunMs: number;
    readonly secondRunMs: number;
  };
  /** Why it did not run on zeros. */
  readonly refusal?: string;
  /** What the process's resident set grew by, from before it was loaded until after these runs. */
  readonly memoryBytes: number;
};

export type ToWorker =
  | Boot
  /** Dispose the models and exit 0; the master sends it when nothing is in flight. */
  | { readonly type: 'leave' }
  /** Sent only then, too; answered by `pong`. */
  | { readonly type: 'ping' }
  | { readonly type: 'reopenLogs' }
  | { readonly type: 'logLevel'; readonly level: string };

/** Figures of a worker's own process; memory in bytes, times in seconds since its start. */
export type ProcessFigures = {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
};

/** A file that a module has imported, or wants to: what it looked like then; '' where there was none. */
export type ImportedFile = { readonly path: string; readonly look: string };

export type FromWorker =
  | { readonly type: 'imported'; readonly files: readonly ImportedFile[] }
  /** It listens; answered by `boot`. A message sent before would be lost. */
  | { readonly type: 'awake' }
  /** It begins with this model: should it die or hang, this is the one. */
  | { readonly type: 'loading'; readonly name: string; readonly version: string }
  | {
      readonly type: 'ready';
      readonly models: readonly ModelDescription[];
      /** One for each of the models, in their order; only of a trial. */
      readonly trials?: readonly ModelTrial[];
    }
  | { readonly type: 'pong' }
  /** A run of this model has returned a promise or a stream: such runs hear their signal. Told once. */
  | { readonly type: 'asynchronous'; readonly name: string; readonly version: string }
  /** Boot ended: exitCode 10 (could not boot) or 11 (a model could not load). The worker exits with it. */
  | { readonly type: 'failed'; readonly exitCode: 10 | 11; readonly reason: string }
  /** Somebody signalled the worker itself; it goes on until the master retires it. */
  | { readonly type: 'retireMe'; readonly signal: string }
  | { readonly type: 'figures'; readonly figures: ProcessFigures };

/**
 * What a worker's message is wrapped in: a model's module may call `process.send` too (some tell
 * a process manager that they are ready), and what it says must not be taken for the worker's word.
 */
export type Envelope = { readonly forkcast: FromWorker };

export function isEnvelope(message: unknown): message is Envelope {
  return typeof message === 'object' && message !== null && 'forkcast' in message;
}

/** What a file of hooks may export: the types of `import { defineHooks } from 'forkcast'`. */

/** Plain objects, made for the hook: changing them changes nothing. */
export type StartingFacts = {
  /** Of the master. */
  readonly pid: number;
  readonly version: string;
  /** As many as are wanted. */
  readonly workers: number;
  /** Names of the models that are to be served. */
  readonly models: readonly string[];
};

export type ReadyFacts = {
  readonly pid: number;
  /** Where clients are served, as `127.0.0.1:8000` or `unix:/run/forkcast.sock`. */
  readonly addresses: readonly string[];
  readonly workers: number;
};

export type WorkerExitFacts = {
  readonly slot: number;
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** As in `forkcast_worker_restarts_total`: `crashed`, `replaced`, `timeout` and so on. */
  readonly reason: string;
  /** Requests it was answering; they run again elsewhere. */
  readonly inFlight: number;
  /** Requests it had answered. */
  readonly served: number;
  readonly uptimeMs: number;
  readonly isServerStopping: boolean;
};

export type ReloadFacts = {
  /** `failed`: what was served before is served on. */
  readonly outcome: string;
  /** Number of the generation that is served now. */
  readonly generation: number;
};

export type WorkerCountFacts = { readonly before: number; readonly now: number };

export type ExitFacts = { readonly pid: number; readonly exitCode: number };

/** All may be asynchronous; the server's end waits for what has begun, at most 5 s. What one throws is logged and changes nothing. */
export type Hooks = {
  /** Before anything listens; waited for, at most 5 s. */
  onStarting?(facts: StartingFacts): unknown;
  /** Once, when the first worker is ready and clients are served. */
  whenReady?(facts: ReadyFacts): unknown;
  /** When a worker's process is gone, whatever the reason. */
  onWorkerExit?(facts: WorkerExitFacts): unknown;
  /** When a change of what is served has come to its end: a reload, or a model loaded or unloaded. */
  onReload?(facts: ReloadFacts): unknown;
  /** When another number of workers is wanted. */
  onWorkerCountChange?(facts: WorkerCountFacts): unknown;
  /** When all workers are gone; waited for as all that still run. */
  onExit?(facts: ExitFacts): unknown;
};

export const HOOK_NAMES: readonly (keyof Hooks)[] = [
  'onStarting',
  'whenReady',
  'onWorkerExit',
  'onReload',
  'onWorkerCountChange',
  'onExit',
];

/** Gives a file of hooks its types; it changes nothing. */
export function defineHooks(hooks: Hooks): Hooks {
  return hooks;
}

/**
 * TensorFlow.js itself: optional packages, imported when the first model needs them, and the one
 * engine that all its models in this process share.
 */
import type * as Core from '@tensorflow/tfjs-core';
import type { Finish, PredictContext } from '../model.js';
import { modelError } from '../model-error.js';
import type { ModuleLogger } from '../module/define-model.js';
import { RunQueue } from '../run-queue.js';
import type { Tensors } from '../tensor/tensor.js';

export type Backend = 'wasm' | 'cpu';

const INSTALL = 'npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0';

export type Tfjs = {
  readonly core: typeof Core;
  /** WebAssembly, but where it cannot start. */
  readonly fastest: Backend;
};

let starting: Promise<Tfjs> | undefined;

/** @throws Error naming a package that is missing */
export function startTfjs(logger: ModuleLogger): Promise<Tfjs> {
  starting ??= start(logger);
  return starting;
}

/** @throws Error with the command that installs what is missing */
export async function optional<T>(packageImport: () => Promise<T>): Promise<T> {
  try {
    return await packageImport();
  } catch (error) {
    throw missingPackage(error) ?? error;
  }
}

function missingPackage(error: unknown): Error | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  if (error.code !== 'ERR_MODULE_NOT_FOUND' && error.code !== 'MODULE_NOT_FOUND') return undefined;
  const name = /Cannot find (?:package|module) '(@tensorflow\/[a-z-]+)/.exec(error.message)?.[1];
  if (name === undefined) return undefined;
  return new Error(`the package ${name} is not installed; install it with: ${INSTALL}`, {
    cause: error,
  });
}

async function start(logger: ModuleLogger): Promise<Tfjs> {
  const core = await optional(() => import('@tensorflow/tfjs-core'));
  // Else each backend advertises others on the console.
  core.enableProdMode();
  await optional(() => import('@tensorflow/tfjs-backend-cpu'));
  await optional(() => import('@tensorflow/tfjs-backend-wasm'));
  const listeners = processListeners();
  const isReady = await core.setBackend('wasm');
  dropListenersBut(listeners);
  if (isReady) return { core, fastest: 'wasm' };
  logger.warn({}, 'tensorflow.js: WebAssembly cannot start here; JavaScript computes instead');
  await core.setBackend('cpu');
  return { core, fastest: 'cpu' };
}

const FATAL_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
type Listeners = readonly (readonly unknown[])[];

function processListeners(): Listeners {
  return FATAL_EVENTS.map((event) => process.listeners(event as 'uncaughtException'));
}

/** The WebAssembly loader throws from listeners of its own: last words would not be logged. */
function dropListenersBut(known: Listeners): void {
  FATAL_EVENTS.forEach((event, index) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (known[index]?.includes(listener) !== true) process.removeListener(event, listener);
    }
  });
}

/**
 * All runs of all models: the engine has one current backend and one stack of scopes, and a graph
 * with loops is awaited in between. What is synchronous has answered before `runInTurn` returns.
 */
const turns = new RunQueue('tensorflow.js', { check: (piece) => piece, canJoin: false });

export function runInTurn(
  work: () => Tensors | Promise<Tensors>,
  context: PredictContext,
  finish: Finish<Tensors>,
): void {
  turns.run(work, context, (error, outputs, runMicros) => {
    finish(error, outputs as Tensors | undefined, runMicros);
  });
}

/** Backends are there already, so the change is made before the promise is. */
export function useBackend(core: typeof Core, backend: Backend): void {
  if (core.getBackend() !== backend) void core.setBackend(backend);
}

/** The name of what the WebAssembly backend does not have. */
export function missingKernel(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return /^Kernel '(\w+)' not registered for backend 'wasm'/.exec(error.message)?.[1];
}

/** What is said of shapes and indexes. */
const REFUSAL =
  /shape|dimension|rank\b|broadcast|must match|the index value|out of bounds|out of range/i;

/**
 * What a run threw, thrown again. A WebAssembly instance that has trapped fails for ever after: its
 * worker ends then, as it does when native code crashes, and the request is run again elsewhere.
 *
 * @param hasRun the model has computed something: what it refuses now came from the client
 */
export function runFault(modelName: string, cause: unknown, hasRun: boolean): Promise<never> {
  if (isTrap(cause)) {
    setImmediate(() => {
      throw cause;
    });
    return new Promise<never>(() => {});
  }
  const isRefusal = hasRun && cause instanceof Error && REFUSAL.test(cause.message);
  throw modelError(modelName, isRefusal ? new InvalidForTfjs(cause) : cause);
}

/** A `WebAssembly.RuntimeError`. */
export function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === 'RuntimeError';
}

class InvalidForTfjs extends Error {
  readonly code = 'INVALID_INPUT';

  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

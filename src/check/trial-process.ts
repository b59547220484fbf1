/** One worker that loads one model, to see whether it can: a process, so that nothing else dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { environmentWith } from '../config/sources/process-environment.js';
import {
  type Boot,
  type FromWorker,
  isEnvelope,
  type ModelTrial,
  type ToWorker,
} from '../link/process/control.js';
import { LINK_FD, WORKER_FILE, workerEnvironment } from '../link/process/worker-process.js';
import type { ModelDescription } from '../model/description.js';

export type Outcome =
  | {
      readonly kind: 'good';
      readonly models: readonly ModelDescription[];
      readonly trials: readonly ModelTrial[];
    }
  /** `reason` is a sentence without its stop. */
  | { readonly kind: 'failed'; readonly reason: string };

export type Limits = {
  readonly bootTimeoutMs: number;
  /** Aborted: the worker is killed, and the outcome says so. */
  readonly signal: AbortSignal;
};

/** Ends with the private stream, at LINK_FD. What a model prints is no part of our output. */
const STDIO = ['ignore', 2, 2, 'ipc', 'pipe'] as const;
/** A model whose `dispose` never ends is no reason to wait. */
const LEAVE_TIMEOUT_MS = 5000;

/** Boots a worker with `boot`, asks it to leave as soon as it is ready, and waits until it is gone. */
export function runTrial(boot: Boot, limits: Limits): Promise<Outcome> {
  const child = fork(WORKER_FILE, [], {
    stdio: [...STDIO],
    env: environmentWith(workerEnvironment()),
  });
  return new Promise((resolve) => {
    const trial = new Trial(child, boot, limits, resolve);
    trial.start();
  });
}

/** waiting for `ready` or `failed` → waiting for the exit. Whatever is known first is the outcome. */
class Trial {
  readonly #child: ChildProcess;
  readonly #boot: Boot;
  readonly #limits: Limits;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #onAbort = (): void => this.#kill('stopped');
  #loading = '';
  #outcome: Outcome | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    child: ChildProcess,
    boot: Boot,
    limits: Limits,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#child = child;
    this.#boot = boot;
    this.#limits = limits;
    this.#resolve = resolve;
  }

  start(): void {
    const { bootTimeoutMs, signal } = this.#limits;
    this.#timer = setTimeout(
      () => this.#kill(`not ready after the boot timeout of ${bootTimeoutMs / 1000} s`),
      bootTimeoutMs,
    );
    signal.addEventListener('abort', this.#onAbort);
    if (signal.aborted) this.#onAbort();
    const child = this.#child;
    child.on('message', (message) => {
      if (isEnvelope(message)) this.#take(message.forkcast);
    });
    child.on('error', (error) => this.#end(`it could not be started: ${error.message}`));
    child.on('exit', (code, by) => {
      this.#end(by === null ? `it exited with code ${code}` : `it died by ${by}`);
    });
    // Reset when the process dies; nothing is sent over it.
    child.stdio[LINK_FD]?.on('error', () => {});
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case 'awake':
        this.#tell(this.#boot);
        return;
      case 'loading':
        this.#loading = ` while it loaded model "${message.name}" version ${message.version}`;
        return;
      case 'ready':
        this.#ready(message.models, message.trials ?? []);
        return;
      case 'failed':
        this.#outcome ??= { kind: 'failed', reason: message.reason };
        return;
      default:
    }
  }

  #ready(models: readonly ModelDescription[], trials: readonly ModelTrial[]): void {
    this.#outcome ??= { kind: 'good', models, trials };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_TIMEOUT_MS);
    this.#tell({ type: 'leave' });
  }

  #tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #kill(reason: string): void {
    this.#outcome ??= { kind: 'failed', reason: `${reason}${this.#loading}` };
    this.#child.kill('SIGKILL');
  }

  #end(how: string): void {
    clearTimeout(this.#timer);
    this.#limits.signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(this.#outcome ?? { kind: 'failed', reason: `${how}${this.#loading}` });
  }
}

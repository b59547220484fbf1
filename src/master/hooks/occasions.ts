import type { ReadyFacts } from '../../hooks/define-hooks.js';
import type { WorkerHandle } from '../workers/worker-handle.js';
import type { MasterHooks } from './master-hooks.js';

export type OccasionsParts = {
  readonly hooks: Pick<MasterHooks, 'tell'>;
  /** Where clients are served; undefined while nobody listens, as before a master has followed another. */
  addresses(): readonly string[] | undefined;
  wantedWorkers(): number;
  isStopping(): boolean;
  now(): number;
};

type DeadWorker = Pick<
  WorkerHandle,
  'slot' | 'pid' | 'exit' | 'inFlight' | 'served' | 'forkedAtMs'
>;

/** Tells the hooks what happens to workers and when clients are served; remembers what has been told. */
export class Occasions {
  readonly #parts: OccasionsParts;
  #state: 'no worker yet' | 'worker ready' | 'served' = 'no worker yet';
  #wanted: number | undefined;

  constructor(parts: OccasionsParts) {
    this.#parts = parts;
  }

  workerReady(): void {
    if (this.#state === 'no worker yet') this.#state = 'worker ready';
    this.#lookWhetherServed();
  }

  workerDied({ slot, pid, exit, inFlight, served, forkedAtMs }: DeadWorker, reason: string): void {
    const { hooks, isStopping, now } = this.#parts;
    hooks.tell('onWorkerExit', {
      slot,
      pid,
      code: exit?.code ?? null,
      signal: exit?.signal ?? null,
      reason,
      inFlight,
      served,
      uptimeMs: Math.round(now() - forkedAtMs),
      isServerStopping: isStopping(),
    });
  }

  /** After each pass over the workers; called often. */
  passed(): void {
    this.#lookWhetherServed();
    const now = this.#parts.wantedWorkers();
    const before = this.#wanted ?? now;
    this.#wanted = now;
    if (now !== before) this.#parts.hooks.tell('onWorkerCountChange', { before, now });
  }

  #lookWhetherServed(): void {
    if (this.#state !== 'worker ready') return;
    const { hooks, addresses, wantedWorkers } = this.#parts;
    const served = addresses();
    if (served === undefined) return;
    this.#state = 'served';
    const facts: ReadyFacts = {
      pid: process.pid,
      addresses: [...served],
      workers: wantedWorkers(),
    };
    hooks.tell('whenReady', facts);
  }
}

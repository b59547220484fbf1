import type { ReadyFacts } from '../../hooks/define-hooks.js';
import type { WorkerHandle } from '../workers/worker-handle.js';
import type { MasterHooks } from './master-hooks.js';

export type OccasionsParts = {
  readonly hooks: Pick<MasterHooks, 'tell'>;
  addresses(): readonly string[];
  wantedWorkers(): number;
  isStopping(): boolean;
  now(): number;
};

type DeadWorker = Pick<
  WorkerHandle,
  'slot' | 'pid' | 'exit' | 'inFlight' | 'served' | 'forkedAtMs'
>;

/** Tells the hooks what happens to workers; remembers what has been told. */
export class Occasions {
  readonly #parts: OccasionsParts;
  #wasReady = false;
  #wanted: number | undefined;

  constructor(parts: OccasionsParts) {
    this.#parts = parts;
  }

  workerReady(): void {
    if (this.#wasReady) return;
    this.#wasReady = true;
    const { hooks, addresses, wantedWorkers } = this.#parts;
    const facts: ReadyFacts = {
      pid: process.pid,
      addresses: [...addresses()],
      workers: wantedWorkers(),
    };
    hooks.tell('whenReady', facts);
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

  /** After each pass over the workers. */
  passed(): void {
    const now = this.#parts.wantedWorkers();
    const before = this.#wanted ?? now;
    this.#wanted = now;
    if (now !== before) this.#parts.hooks.tell('onWorkerCountChange', { before, now });
  }
}

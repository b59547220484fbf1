import type { Logger } from '../../observe/logger.js';
import type { Supervisor } from '../workers/supervisor.js';
import type { WorkerHandle } from '../workers/worker-handle.js';
import {
  limitsOf,
  mostSpent,
  type Quantities,
  type RecyclingReason,
  type RecyclingSettings,
  spentOf,
  type WorkerTraits,
} from './recycling-policy.js';
import { residentBytes } from './resident-memory.js';

export type RecyclerParts = {
  /** Looked at again and again: they may change. */
  readonly settings: RecyclingSettings;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  now(): number;
  supervisor(): Pick<Supervisor, 'workers' | 'retire'>;
  /** False while the server stops, and while workers are being replaced for other reasons. */
  mayRecycle(): boolean;
  readonly residentBytes?: (pid: number) => number | undefined;
};

/** Memory is read no more often. */
const MEMORY_EVERY_MS = 1000;

/**
 * Replaces workers that have reached a limit, one at a time whatever the limit: so there is never
 * more than one worker too many. The successor boots first. When it does not become ready, its slot
 * tries again with backoff, and the old worker serves on; nobody else is recycled meanwhile.
 */
export class Recycler {
  readonly #parts: RecyclerParts;
  readonly #traits = new WeakMap<WorkerHandle, WorkerTraits>();
  readonly #memoryBytes = new WeakMap<WorkerHandle, number>();
  #memoryReadAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: RecyclerParts) {
    this.#parts = parts;
  }

  workerReady(worker: WorkerHandle): void {
    const { settings, log } = this.#parts;
    const startBytes = this.#readMemoryOf(worker);
    const traits = { requestsLuck: Math.random(), ageLuck: Math.random(), startBytes };
    this.#traits.set(worker, traits);
    const limit = settings.maxWorkerMemory;
    if (limit === undefined || startBytes < limit) return;
    const { slot, pid: workerPid } = worker;
    log.warn(
      { slot, workerPid, rssBytes: startBytes, limit },
      'worker is over max-worker-memory from the start, and not recycled for it',
    );
  }

  /** To be called often. */
  tick(): void {
    const { supervisor, settings, now, mayRecycle } = this.#parts;
    const { maxRequests, maxWorkerMemory, maxWorkerAge } = settings;
    if ((maxRequests ?? maxWorkerMemory ?? maxWorkerAge) === undefined) return;
    const nowMs = now();
    const { workers } = supervisor();
    if (maxWorkerMemory !== undefined) this.#readMemory(workers, nowMs);
    if (!mayRecycle() || workers.some(({ spentBy }) => spentBy !== undefined)) return;
    const ready = workers.filter(({ state }) => state === 'ready');
    const found = mostSpent(ready, (worker) => {
      const limits = this.#limitsOf(worker);
      return limits && spentOf(this.#useOf(worker, nowMs), limits);
    });
    if (found !== undefined) this.#recycle(found.worker, found.reason, nowMs);
  }

  #recycle(worker: WorkerHandle, reason: RecyclingReason, nowMs: number): void {
    const use = this.#useOf(worker, nowMs);
    const facts = {
      slot: worker.slot,
      workerPid: worker.pid,
      reason,
      limit: Math.round(this.#limitsOf(worker)?.[reason] ?? 0),
      served: worker.served,
      ageMs: Math.round(use.max_worker_age),
      ...(use.max_worker_memory > 0 && { rssBytes: use.max_worker_memory }),
    };
    this.#parts.log.info(facts, 'recycling worker');
    this.#parts.supervisor().retire(worker, reason);
  }

  #limitsOf(worker: WorkerHandle): Quantities | undefined {
    const traits = this.#traits.get(worker);
    return traits && limitsOf(this.#parts.settings, traits);
  }

  #useOf(worker: WorkerHandle, nowMs: number): Quantities {
    return {
      max_requests: worker.served,
      max_worker_memory: this.#memoryBytes.get(worker) ?? 0,
      max_worker_age: nowMs - worker.forkedAtMs,
    };
  }

  #readMemory(workers: readonly WorkerHandle[], nowMs: number): void {
    if (nowMs - this.#memoryReadAtMs < MEMORY_EVERY_MS) return;
    this.#memoryReadAtMs = nowMs;
    for (const worker of workers) this.#memoryBytes.set(worker, this.#readMemoryOf(worker));
  }

  /** Where the kernel does not tell, what the worker said of itself last. */
  #readMemoryOf({ pid, account }: WorkerHandle): number {
    const read = this.#parts.residentBytes ?? residentBytes;
    return read(pid) ?? account?.figures?.rssBytes ?? 0;
  }
}

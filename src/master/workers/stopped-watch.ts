import type { RestartReason } from '../../observe/metric-table.js';

/** How often processes are looked at. */
const LOOK_EVERY_MS = 1000;

/** What the watch needs of a worker. */
export type WatchedWorker = {
  readonly isSuspended: boolean;
  /** What it has in front of it; undefined while it boots. */
  readonly load: object | undefined;
  kill(reason: string, as: RestartReason): void;
};

/**
 * Finds workers whose process somebody has stopped (SIGSTOP): one that is seen
 * stopped in two looks is killed, and what it had runs again. Without this its
 * requests would wait for the execution timeout. One that boots has the boot
 * timeout, and its death would end the start.
 */
export class StoppedWatch {
  /** Seen stopped in the last look. */
  #seen: ReadonlySet<WatchedWorker> = new Set();
  #nextLookMs = 0;

  look(workers: readonly WatchedWorker[], nowMs: number): void {
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + LOOK_EVERY_MS;
    const stopped = workers.filter((worker) => worker.load !== undefined && worker.isSuspended);
    for (const worker of stopped) {
      if (this.#seen.has(worker)) worker.kill('its process was stopped (SIGSTOP)', 'stopped');
    }
    this.#seen = new Set(stopped);
  }
}

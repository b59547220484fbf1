import type { Logs } from '../observe/logs.js';
import type { LiveLogLevel } from './control/log-level.js';
import type { WorkerHandle } from './workers/worker-handle.js';

/** The logs of the master and of all its workers, which change together. */
export class LiveLogs implements LiveLogLevel {
  readonly #logs: Logs;
  readonly #workers: () => readonly Pick<WorkerHandle, 'tell'>[];

  constructor(logs: Logs, workers: () => readonly Pick<WorkerHandle, 'tell'>[]) {
    this.#logs = logs;
    this.#workers = workers;
  }

  level(): ReturnType<LiveLogLevel['level']> {
    return this.#logs.level;
  }

  change(level: Parameters<LiveLogLevel['change']>[0]): void {
    this.#logs.level = level;
    for (const worker of this.#workers()) worker.tell({ type: 'logLevel', level });
  }

  /** After a rename of the files. */
  reopen(): void {
    this.#logs.reopen();
    for (const worker of this.#workers()) worker.tell({ type: 'reopenLogs' });
  }
}

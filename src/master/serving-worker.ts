import type { MasterEnd } from '../link/master-end.js';
import type { ModelDescription } from '../model/description.js';
import type { RestartReason } from '../observe/metric-table.js';
import type { WorkerLoad } from '../queue/fleet/worker-load.js';
import type { ClientRequest } from './client-request.js';

/** A worker as a request sees it; its process and its life are `WorkerHandle`'s. */
export type ServingWorker = {
  readonly slot: number;
  readonly link: MasterEnd;
  /** What it holds; told when it is ready. */
  readonly models: readonly ModelDescription[];
  /**
   * Whether both have loaded the same model (`NAME/VERSION`) from the same files, so that its rows
   * may run on either.
   */
  isAlike(other: ServingWorker, key: string): boolean;
  /** What it has in front of it, once it is ready. */
  load: WorkerLoad<ClientRequest, ServingWorker> | undefined;
  /** Replies taken from this worker. */
  served: number;
  /** Its process was stopped from outside: what is overdue there is not to blame. */
  readonly isStopped: boolean;
  /** Ends it at once. @param as what its end is counted as, where that cannot be told from it */
  kill(reason: string, as?: RestartReason): void;
  /** Asks whether it hears. */
  ping(): void;
};

import type { StartError } from '../../errors.js';
import type { ReplyHandlers } from '../../link/master-end.js';
import type { Boot } from '../../link/process/control.js';
import type { RestartReason } from '../../observe/metric-table.js';
import type { Death } from '../../queue/fate/quarantine.js';
import type { BootFailure } from './boot-failure.js';
import type { WorkerHandle } from './worker-handle.js';

/** What the supervisor asks and tells. */
export type SupervisorPorts = {
  boot(worker: WorkerHandle): Boot;
  replies(worker: WorkerHandle): Omit<ReplyHandlers, 'ended'>;
  workerForked(worker: WorkerHandle): void;
  workerReady(worker: WorkerHandle): void;
  /** Nothing more may be dispatched to it. */
  workerDraining(worker: WorkerHandle): void;
  workerDied(worker: WorkerHandle, death: Death, reason: RestartReason): void;
  waitingRequests(): number;
  /** False once the server drains or stops. */
  isServing(): boolean;
  /** After each pass: what was moved may have arrived, or failed. */
  passed(): void;
  /** A worker could not boot, and this is the start: the server cannot go on as it was told. */
  startFailed(failure: BootFailure): void;
  /** The server cannot go on. */
  fatal(error: StartError): void;
};

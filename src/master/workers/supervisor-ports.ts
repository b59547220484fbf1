import type { Settings } from '../../config/settings.js';
import type { StartError } from '../../errors.js';
import type { Boot } from '../../link/control.js';
import type { ReplyHandlers } from '../../link/master-end.js';
import type { LoggerOptions } from '../../observe/logger.js';
import type { RestartReason } from '../../observe/metric-table.js';
import type { Metrics } from '../../observe/metrics.js';
import type { Death } from '../../queue/quarantine.js';
import type { ControlDesk } from '../control/control-desk.js';
import type { Catalog } from '../models/catalog.js';
import type { Traffic } from '../routing/traffic.js';
import type { Shutdown } from '../shutdown.js';
import type { BootFailure } from './boot-failure.js';
import { bootMessage } from './boot-message.js';
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

export type SupervisedRooms = {
  readonly settings: Settings;
  readonly logging: LoggerOptions;
  readonly traffic: Traffic;
  readonly catalog: Catalog;
  readonly desk: ControlDesk;
  /** Made later than the supervisor. */
  metrics(): Metrics;
  shutdown(): Shutdown;
  fatal(error: StartError): void;
};

/** The rooms of the master that have to do with workers, joined. */
export function supervisorPorts(rooms: SupervisedRooms): SupervisorPorts {
  const { settings, logging, traffic, catalog, desk, metrics, shutdown, fatal } = rooms;
  return {
    boot: (worker) => bootMessage(worker, settings, logging),
    replies: (worker) => traffic.repliesOf(worker),
    workerForked: (worker) => {
      worker.account = metrics().workerStarted(worker.slot);
      catalog.workerForked(worker);
    },
    workerReady: (worker) => {
      catalog.workerReady(worker);
      traffic.workerReady(worker);
    },
    workerDraining: (worker) => {
      traffic.workerDraining(worker);
      catalog.changed();
    },
    workerDied: (worker, death, reason) => {
      worker.account?.close();
      if (shutdown().state !== 'stopping') metrics().workerRestarted(reason);
      catalog.workerGone(worker);
      traffic.workerDied(worker, death);
    },
    waitingRequests: () => traffic.dispatcher.depth,
    isServing: () => shutdown().isServing,
    passed: () => desk.generations.step(),
    startFailed: (failure) => desk.startFailed(failure),
    fatal,
  };
}

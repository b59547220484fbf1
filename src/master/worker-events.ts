import type { StartError } from '../errors.js';
import type { Logs } from '../observe/logs.js';
import type { Metrics } from '../observe/metrics.js';
import type { ControlDesk } from './control/control-desk.js';
import type { MasterHooks } from './hooks/master-hooks.js';
import { Occasions } from './hooks/occasions.js';
import type { Listeners } from './listen/listeners.js';
import type { Catalog } from './models/catalog.js';
import type { Recycler } from './recycling/recycler.js';
import type { Traffic } from './routing/traffic.js';
import type { Shutdown } from './shutdown.js';
import { bootMessage } from './workers/boot-message.js';
import type { SupervisorPorts } from './workers/supervisor-ports.js';

export type SupervisedRooms = {
  readonly logs: Logs;
  readonly traffic: Traffic;
  readonly catalog: Catalog;
  readonly desk: ControlDesk;
  readonly recycler: Pick<Recycler, 'workerReady'>;
  readonly hooks: MasterHooks;
  readonly listeners: Pick<Listeners, 'areOpen' | 'boundAddresses'>;
  now(): number;
  /** Made later than the supervisor. */
  metrics(): Metrics;
  shutdown(): Shutdown;
  /** A worker has gone. */
  stirred(): void;
  fatal(error: StartError): void;
};

/** Passes on what happens to workers, to all rooms of the master that have to do with them. */
export function supervisorPorts(rooms: SupervisedRooms): SupervisorPorts {
  const { logs, traffic, catalog, desk, recycler, metrics, shutdown, stirred, fatal } = rooms;
  const occasions = occasionsOf(rooms);
  return {
    boot: (worker) => bootMessage(worker, logs),
    replies: (worker) => traffic.repliesOf(worker),
    workerForked: (worker) => {
      worker.account = metrics().workerStarted(worker.slot);
      worker.imported = (files) => desk.imported(files);
      catalog.workerForked(worker);
    },
    workerReady: (worker) => {
      catalog.workerReady(worker);
      traffic.workerReady(worker);
      recycler.workerReady(worker);
      occasions.workerReady();
    },
    workerDraining: (worker) => {
      traffic.workerDraining(worker);
      catalog.changed();
    },
    workerDied: (worker, death, reason) => {
      stirred();
      worker.account?.close();
      if (shutdown().state !== 'stopping') metrics().workerRestarted(reason);
      catalog.workerGone(worker);
      traffic.workerDied(worker, death);
      occasions.workerDied(worker, reason);
    },
    waitingRequests: () => traffic.dispatcher.depth,
    isServing: () => shutdown().isServing,
    passed: () => {
      desk.generations.step();
      desk.restarts.step();
      occasions.passed();
    },
    startFailed: (failure) => desk.startFailed(failure),
    fatal,
  };
}

function occasionsOf({ hooks, listeners, desk, shutdown, now }: SupervisedRooms): Occasions {
  return new Occasions({
    hooks,
    addresses: () => (listeners.areOpen ? listeners.boundAddresses : undefined),
    wantedWorkers: () => desk.generations.wantedWorkers,
    isStopping: () => !shutdown().isServing,
    now,
  });
}

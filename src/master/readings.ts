/** What metrics read off the rooms of the master when somebody scrapes. */
import type { Logs } from '../observe/logs.js';
import type { MetricSources } from '../observe/metrics.js';
import type { Admission } from '../queue/admission/admission.js';
import type { ByteBudget } from '../queue/admission/byte-budget.js';
import { workerCounts } from './control/status.js';
import type { Front } from './front/front.js';
import { waitingConnections } from './listen/accept-queue.js';
import type { Listeners } from './listen/listeners.js';
import type { Catalog } from './models/catalog.js';
import type { Generations } from './models/generations.js';
import type { Traffic } from './routing/traffic.js';
import type { Supervisor } from './workers/supervisor.js';

export type ReadRooms = {
  readonly dispatcher: Traffic['dispatcher'];
  readonly budget: ByteBudget;
  readonly admission: Pick<Admission, 'refused'>;
  readonly front: Front;
  readonly listeners: Listeners;
  readonly supervisor: Supervisor;
  readonly generations: Pick<Generations, 'wantedWorkers'>;
  readonly catalog: Catalog;
  readonly logs: Logs;
  now(): number;
};

export function metricSources(rooms: ReadRooms): MetricSources {
  const { dispatcher, budget, admission, front, listeners, now } = rooms;
  const { supervisor, generations, catalog, logs } = rooms;
  return {
    requestsRefused: () => admission.refused,
    clientsStalled: () => front.stalledEnded,
    takenBack: () => dispatcher.takingBack.count,
    slices: () => dispatcher.slices.ranByHelpers,
    queueDepth: () => dispatcher.depth,
    queueBytes: () => budget.usedBytes,
    queueOldestWaitMs: () => dispatcher.oldestWaitMs(now()),
    requestsInFlight: () => dispatcher.inFlight,
    connectionsOpen: () => front.openConnections,
    backlogConnections: async () => {
      if (process.platform !== 'linux') return undefined;
      return waitingConnections(listeners.sockets.map(({ fd }) => fd));
    },
    workers: () => workerCounts(supervisor.slots),
    workersWanted: () => generations.wantedWorkers,
    workersBusy: () => dispatcher.busyWorkers,
    logLinesDropped: () => logs.droppedLines,
    models: () => catalog.models.filter(({ state }) => state === 'READY'),
  };
}

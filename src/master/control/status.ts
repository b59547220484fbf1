import type { ServedModel } from '../../model/description.js';
import type { WorkerStateLabel } from '../../observe/metric-table.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import type { Dispatcher } from '../../queue/dispatcher.js';
import type { ClientRequest } from '../client-request.js';
import type { Generations } from '../models/generations.js';
import type { ServingWorker } from '../serving-worker.js';
import type { Slot } from '../workers/slot.js';
import type { WorkerHandle } from '../workers/worker-handle.js';

export type StatusSources = {
  readonly version: string;
  readonly startedAtMs: number;
  readonly state: string;
  readonly slots: readonly Slot[];
  readonly generations: Pick<Generations, 'current' | 'rollout' | 'wantedWorkers'>;
  readonly models: readonly ServedModel[];
  readonly dispatcher: Dispatcher<ClientRequest, ServingWorker>;
  readonly budget: ByteBudget;
  readonly queueLimit: number;
  readonly connections: number;
  readonly nowMs: number;
};

/** The body of `GET /status`. */
export function statusReport(sources: StatusSources): Record<string, unknown> {
  const { dispatcher, budget, nowMs, generations } = sources;
  return {
    version: sources.version,
    pid: process.pid,
    state: sources.state,
    uptimeSeconds: seconds(nowMs - sources.startedAtMs),
    connections: sources.connections,
    queue: {
      depth: dispatcher.depth,
      limit: sources.queueLimit,
      bytes: budget.usedBytes,
      bytesLimit: budget.limitBytes,
      oldestWaitMs: Math.round(dispatcher.oldestWaitMs(nowMs)),
    },
    inFlight: dispatcher.inFlight,
    workersWanted: generations.wantedWorkers,
    generation: generations.current.number,
    rollout: rolloutReport(generations),
    models: sources.models.map(modelReport),
    workers: sources.slots.flatMap((slot) => slotReport(slot, nowMs)),
  };
}

/** null while nothing is moved. */
function rolloutReport({ rollout }: Pick<Generations, 'rollout'>): unknown {
  if (rollout === undefined) return null;
  const { to, state, replaced } = rollout;
  return { generation: to.number, state, replaced };
}

function modelReport(model: ServedModel): unknown {
  const { name, version, runtime, isDefault, state, reason, heldWeights = null } = model;
  return { name, version, runtime, default: isDefault, state, reason, weights: heldWeights };
}

function slotReport(slot: Slot, nowMs: number): Record<string, unknown>[] {
  const workers = [...slot.workers].map((worker) => workerReport(worker, nowMs));
  if (slot.keeper !== undefined || slot.isGoing) return workers;
  const nextTryMs = Math.max(0, Math.round(slot.nextTryMs - nowMs));
  return [...workers, { slot: slot.number, state: 'backoff', failures: slot.failures, nextTryMs }];
}

function workerReport(worker: WorkerHandle, nowMs: number): Record<string, unknown> {
  const running = worker.load?.running;
  return {
    slot: worker.slot,
    pid: worker.pid,
    state: worker.state,
    generation: worker.holding.generation,
    ageSeconds: seconds(nowMs - worker.forkedAtMs),
    rssBytes: worker.account?.figures?.rssBytes ?? null,
    served: worker.served,
    inFlight: worker.ownInFlight,
    busySinceMs:
      running === undefined ? null : Math.round(nowMs - (worker.load?.runningSinceMs ?? nowMs)),
    models: worker.models.map(({ name }) => name),
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** Workers by state, for the gauge: a retiring worker still serves, a leaving one still drains. */
export function workerCounts(slots: readonly Slot[]): Record<WorkerStateLabel, number> {
  const counts = { booting: 0, ready: 0, draining: 0, backoff: 0 };
  for (const slot of slots) {
    if (slot.keeper === undefined && !slot.isGoing) counts.backoff += 1;
    for (const { state } of slot.workers) {
      if (state === 'booting') counts.booting += 1;
      else if (state === 'ready' || state === 'retiring') counts.ready += 1;
      else counts.draining += 1;
    }
  }
  return counts;
}

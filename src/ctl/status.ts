import { modelTable } from './model-verbs.js';
import { textTable } from './text-table.js';
import type { Verb } from './verb.js';

/** What is read of the body of `GET /status`. */
export type Status = {
  readonly version: string;
  readonly pid: number;
  readonly state: string;
  readonly uptimeSeconds: number;
  readonly connections: number;
  readonly queue: {
    readonly depth: number;
    readonly limit: number;
    readonly bytes: number;
    readonly bytesLimit: number;
    readonly oldestWaitMs: number;
  };
  readonly inFlight: number;
  readonly workersWanted: number;
  readonly generation: number;
  readonly rollout: { generation: number; state: string; replaced: number } | null;
  readonly upgrade?: { newPid: number | null; oldPid: number | null };
  readonly models: Parameters<typeof modelTable>[0];
  readonly workers: readonly Worker[];
};

/** A slot in backoff has none of a worker's figures. */
type Worker = {
  readonly slot: number;
  readonly state: string;
  readonly pid?: number;
  readonly generation?: number;
  readonly ageSeconds?: number;
  readonly rssBytes?: number | null;
  readonly served?: number;
  readonly inFlight?: number;
  readonly busySinceMs?: number | null;
  readonly nextTryMs?: number;
};

export const status: Verb = {
  takes: [],
  doc: 'shows how the server, its workers and its models fare',
  async run(admin, _words, isJson) {
    const text = await admin.ask('GET', '/status');
    return isJson ? text : statusText(JSON.parse(text) as Status);
  },
};

export function statusText(report: Status): string {
  const { queue, rollout, generation } = report;
  const moving =
    rollout && `, ${rollout.state} to ${rollout.generation} (${rollout.replaced} replaced)`;
  return [
    `forkcast ${report.version}, pid ${report.pid}, ${report.state} for ${age(report.uptimeSeconds)}, generation ${generation}${moving ?? ''}${otherMaster(report)}`,
    `queue ${queue.depth} of ${queue.limit} requests, ${size(queue.bytes)} of ${size(queue.bytesLimit)}, oldest ${queue.oldestWaitMs} ms; in flight ${report.inFlight}; connections ${report.connections}; workers wanted ${report.workersWanted}`,
    '',
    workerTable(report.workers),
    '',
    modelTable(report.models),
  ].join('\n');
}

/** While one master follows another. */
function otherMaster({ upgrade }: Status): string {
  if (upgrade?.newPid) return `; a new master boots, pid ${upgrade.newPid}`;
  return upgrade?.oldPid ? `; the master before it is still there, pid ${upgrade.oldPid}` : '';
}

function workerTable(workers: readonly Worker[]): string {
  const heading = ['SLOT', 'PID', 'STATE', 'GENERATION', 'AGE', 'MEMORY', 'SERVED', 'IN FLIGHT'];
  return textTable([heading, ...workers.map(workerRow)]);
}

function workerRow(worker: Worker): string[] {
  const { slot, pid, state, nextTryMs } = worker;
  if (pid === undefined) return [String(slot), '-', `${state}, next try in ${nextTryMs} ms`];
  return [
    String(slot),
    String(pid),
    state,
    String(worker.generation),
    age(worker.ageSeconds ?? 0),
    typeof worker.rssBytes === 'number' ? size(worker.rssBytes) : '-',
    String(worker.served),
    String(worker.inFlight),
  ];
}

/** The two largest units: `3d 4h`, `5m 2s`. */
export function age(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${Math.floor(seconds % 60)}s`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 24) return `${hours}h ${Math.floor((seconds % 3600) / 60)}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

export function size(bytes: number): string {
  return bytes < 1024 ** 2
    ? `${Math.ceil(bytes / 1024)} KB`
    : `${Math.round(bytes / 1024 ** 2)} MB`;
}

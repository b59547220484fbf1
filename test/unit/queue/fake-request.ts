import type { RunFigures } from '../../../src/queue/fleet/run-figures.js';
import { ANY_WORKER, Queued } from '../../../src/queue/request.js';
import type { Priority } from '../../../src/queue/waiting/priority.js';

export type RequestFacts = {
  key?: string;
  group?: string;
  bytes?: number;
  isRetryable?: boolean;
  timeoutMs?: number;
  queueDeadlineMs?: number;
  clientTimeoutMs?: number;
  streamTimeoutMs?: number;
  model?: string;
  priority?: Priority;
};

/** What a worker says of a run by itself; undefined: nothing. */
export function ranFor(runMs: number | undefined): RunFigures | undefined {
  if (runMs === undefined) return undefined;
  return { runMicros: runMs * 1000, inputMicros: 0, outputMicros: 0, rows: 1, ownRows: 1 };
}

/** A request as the front would make it. */
export class FakeRequest extends Queued {
  readonly arrival: number;
  readonly key: string;
  readonly group: string;
  readonly model: string;
  readonly bytes: number;
  readonly isRetryable: boolean;
  readonly timeoutMs: number;
  queueDeadlineMs: number;
  readonly clientTimeoutMs: number | undefined;
  readonly streamTimeoutMs: number | undefined;

  constructor(arrival: number, facts: RequestFacts = {}) {
    super();
    this.arrival = arrival;
    this.key = facts.key ?? ANY_WORKER;
    this.group = facts.group ?? 'model';
    this.rank = arrival;
    this.model = facts.model ?? this.key.replace(/\/.*/, '');
    this.priority = facts.priority ?? 'normal';
    this.bytes = facts.bytes ?? 100;
    this.isRetryable = facts.isRetryable ?? true;
    this.timeoutMs = facts.timeoutMs ?? 30_000;
    this.queueDeadlineMs = facts.queueDeadlineMs ?? 30_000;
    this.clientTimeoutMs = facts.clientTimeoutMs;
    this.streamTimeoutMs = facts.streamTimeoutMs;
  }
}

import { ANY_WORKER, Queued } from '../../../src/queue/request.js';

export type RequestFacts = {
  key?: string;
  group?: string;
  bytes?: number;
  isRetryable?: boolean;
  timeoutMs?: number;
  queueDeadlineMs?: number;
  clientTimeoutMs?: number;
  streamTimeoutMs?: number;
};

/** A request as the front would make it. */
export class FakeRequest extends Queued {
  readonly arrival: number;
  readonly key: string;
  readonly group: string;
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
    this.bytes = facts.bytes ?? 100;
    this.isRetryable = facts.isRetryable ?? true;
    this.timeoutMs = facts.timeoutMs ?? 30_000;
    this.queueDeadlineMs = facts.queueDeadlineMs ?? 30_000;
    this.clientTimeoutMs = facts.clientTimeoutMs;
    this.streamTimeoutMs = facts.streamTimeoutMs;
  }
}

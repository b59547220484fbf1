import { Queued } from '../request.js';

/**
 * Keeps the place of a request that was taken back from its worker, which may run it all the same:
 * the word that it need not comes after it. Nobody waits for a stub, so it is carried like a request
 * whose client has left, its late answer goes nowhere, and what it was part of is reckoned as before.
 */
export class Stub extends Queued {
  readonly arrival: number;
  readonly key: string;
  readonly group: string;
  readonly model: string;
  readonly bytes: number;
  readonly isRetryable: boolean;
  readonly timeoutMs: number;
  queueDeadlineMs: number;
  readonly clientTimeoutMs: undefined = undefined;
  readonly streamTimeoutMs: undefined = undefined;

  constructor(request: Queued) {
    super();
    this.arrival = request.arrival;
    this.key = request.key;
    this.group = request.group;
    this.model = request.model;
    this.bytes = request.bytes;
    this.isRetryable = request.isRetryable;
    this.timeoutMs = request.timeoutMs;
    this.queueDeadlineMs = request.queueDeadlineMs;
    this.dispatchedAtMs = request.dispatchedAtMs;
    this.limit = request.limit;
    this.hasPlace = request.hasPlace;
    this.estimateMs = request.estimateMs;
    this.isStandby = request.isStandby;
    this.state = 'done';
    this.isClientGone = true;
  }
}

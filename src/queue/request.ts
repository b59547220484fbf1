import type { Estimate } from './fleet/estimate.js';
import type { ModelLimit } from './waiting/model-limits.js';
import type { Priority } from './waiting/priority.js';

/** Key of a request that every worker can take. */
export const ANY_WORKER = '';

/**
 * waiting: in the queue, or reserved for a worker that is emptying for it ·
 * in flight: at a worker, its client still wants the answer ·
 * done: answered, refused, cut off, or its client left (a worker may still carry it).
 */
export type RequestState = 'waiting' | 'in flight' | 'done';

/**
 * What the queue needs of a request. The front's own request class extends it,
 * so that queueing, dispatching and running again allocate nothing: the links
 * of the lists are fields of the request itself, and it is in one list at a time.
 *
 * The abstract members and `priority` are the front's to give, `hasBegun` and
 * `isHeldBack` the front's to set, all others are written by the queue's rooms only.
 */
export abstract class Queued {
  /** Number in order of arrival, unique; the id on the link. */
  abstract readonly arrival: number;
  /** What it asks for: only workers that hold this key get it. Never a text that a client can invent. */
  abstract readonly key: string;
  /** Whose estimate applies: one version of a model, or `other`. As bounded as the keys. */
  abstract readonly group: string;
  /** Whose limit applies: a model of this server, all its versions together, or `other`. */
  abstract readonly model: string;
  /** Size of the body. */
  abstract readonly bytes: number;
  /** False: must not run twice, so a dead worker costs it a 500 WORKER_CRASHED. */
  abstract readonly isRetryable: boolean;
  /** Execution timeout. */
  abstract readonly timeoutMs: number;
  /** Clock time after which it is never dispatched; moved on by time spent in flight, for it bounds waiting only. */
  abstract queueDeadlineMs: number;
  /** The client's own limit, for waiting and running together; undefined: it set none. */
  abstract readonly clientTimeoutMs: number | undefined;
  /** The longest a streamed reply may take from its head to its end; undefined: for ever. */
  abstract readonly streamTimeoutMs: number | undefined;

  /** A streamed reply has begun: it can neither run again nor be answered by an error. */
  hasBegun = false;
  begunAtMs: number | undefined = undefined;
  /** The client does not take its streamed reply: the execution clock stands still meanwhile. */
  isHeldBack = false;

  priority: Priority = 'normal';
  /** Orders the queue: the lowest goes first. */
  rank = 0;
  limit: ModelLimit | undefined = undefined;
  /** It counts in its limit: while it is at a worker, unless it stands by behind one of the same limit. */
  hasPlace = false;
  state: RequestState = 'waiting';
  isClientGone = false;
  queuedAtMs = 0;
  dispatchedAtMs = 0;
  /** Waiting time of all its stays in the queue that have ended. */
  waitedMs = 0;
  /** How often it was given to a worker. */
  dispatches = 0;
  /** Workers that died by their own doing while they had it. */
  selfInflictedDeaths = 0;
  /** Workers that somebody outside killed while they had it. */
  unexplainedDeaths = 0;
  /** It was one of several when their worker passed the execution timeout. */
  mayHaveOverrun = false;
  /** Clock time at which the client's own limit passes. */
  clientDeadlineMs: number | undefined = undefined;
  /** Its worker was told to break it off, and is killed if it does not. */
  isStopping = false;
  /** It was taken back from a worker that did not come to it: it may be long itself, and goes to an empty one. */
  wasTakenBack = false;
  /** It lies ready at a worker that is busy with another, and does not begin before that is answered. */
  isStandby = false;
  /** Set while its worker offers slices of it to others: tells them that it has left that worker. */
  slicesDie: (() => void) | undefined = undefined;
  /** Slices of it that other workers ran. */
  helpedSlices = 0;

  estimate: Estimate | undefined = undefined;
  /** What it was expected to take when it was dispatched; Infinity when unknown. */
  estimateMs = 0;
  list: object | undefined = undefined;
  previous: this | undefined = undefined;
  next: this | undefined = undefined;

  get isSliced(): boolean {
    return this.slicesDie !== undefined;
  }

  /** Clock time after which it is not dispatched any more, whoever set the limit. */
  get latestStartMs(): number {
    const { clientDeadlineMs, queueDeadlineMs } = this;
    if (clientDeadlineMs === undefined) return queueDeadlineMs;
    return Math.min(clientDeadlineMs, queueDeadlineMs);
  }
}

/** Whether one goes first, of two that wait. */
export function isBefore(one: Queued, other: Queued): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.arrival < other.arrival);
}

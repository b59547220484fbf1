import { RequestError } from '../../errors.js';
import type { Priority } from '../waiting/priority.js';
import type { ByteBudget } from './byte-budget.js';

const SECOND = 1000;
const LONGEST_SECONDS = 60;
/** Somebody waits, and nothing is measured yet. */
const UNMEASURED_SECONDS = 5;

export type AdmissionParts = {
  /** Requests that may wait at once. */
  readonly queueLimit: number;
  /** The dispatcher: how many wait now, and what is measured of them. */
  readonly queue: { readonly depth: number; readonly forecast: WaitForecast };
  readonly budget: ByteBudget;
  /** The budget is short of these bytes: may end those that hold it and make no progress. */
  makeRoom?(bytes: number, nowMs: number): void;
};

export type WaitForecast = {
  leastWaitMs(key: string, priority: Priority, nowMs: number): number;
  drainMs(nowMs: number): number | undefined;
};

/** What admission needs of a request that would wait. */
export type Newcomer = {
  readonly key: string;
  readonly priority: Priority;
  readonly queueDeadlineMs: number;
  /** The client's own limit. */
  readonly clientTimeoutMs: number | undefined;
};

/** What there was no room in: requests that wait, bytes held, or the time that the request may wait. */
export type Bound = 'count' | 'bytes' | 'wait';

/**
 * Who may enter. Asked when the header is read (`reserve` and `expect`, before a
 * byte of the body is taken), while a body without a length grows (`grow`), and
 * when the whole request is here (`enter` and `expect`, just before
 * `Dispatcher.submit`). Each answers undefined for yes, or the 503 QUEUE_FULL to
 * send. Requests that run again after a worker's death never pass here: they were
 * admitted once.
 */
export class Admission {
  readonly #parts: AdmissionParts;
  /** How many were refused. */
  readonly refused: Record<Bound, number> = { count: 0, bytes: 0, wait: 0 };

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Takes the body's announced size (0 when there is none) out of the budget. */
  reserve(bytes: number, nowMs: number): RequestError | undefined {
    return this.enter(nowMs) ?? this.grow(bytes, nowMs);
  }

  /** Takes more out of the budget: a chunk has come. */
  grow(bytes: number, nowMs: number): RequestError | undefined {
    const { budget } = this.#parts;
    if (budget.reserve(bytes)) return undefined;
    this.#parts.makeRoom?.(bytes, nowMs);
    if (budget.reserve(bytes)) return undefined;
    return this.#full(
      'bytes',
      `the server holds ${budget.usedBytes} of at most ${budget.limitBytes} bytes, this request needs ${bytes} more`,
      nowMs,
    );
  }

  /** Asks for the count only. What was reserved stays reserved, also when the answer is no. */
  enter(nowMs: number): RequestError | undefined {
    const { queue, queueLimit } = this.#parts;
    if (queue.depth < queueLimit) return undefined;
    return this.#full('count', `${queue.depth} requests wait, at most ${queueLimit} may`, nowMs);
  }

  /** Refuses at once what would wait past its deadline, as surely as that can be known. */
  expect(newcomer: Newcomer, nowMs: number): RequestError | undefined {
    const { key, priority, queueDeadlineMs, clientTimeoutMs } = newcomer;
    const { queue } = this.#parts;
    if (queue.depth === 0) return undefined;
    const waitMs = queue.forecast.leastWaitMs(key, priority, nowMs);
    const mayMs = Math.min(queueDeadlineMs - nowMs, clientTimeoutMs ?? Number.POSITIVE_INFINITY);
    if (waitMs <= mayMs) return undefined;
    return this.#full(
      'wait',
      `this request would wait ${Math.round(waitMs)} ms or longer, and may wait ${Math.round(mayMs)} ms`,
      nowMs,
    );
  }

  /** Gives back what `reserve` and `grow` took for a request: it was answered, refused or withdrawn. */
  release(bytes: number): void {
    this.#parts.budget.release(bytes);
  }

  #full(bound: Bound, reason: string, nowMs: number): RequestError {
    this.refused[bound] += 1;
    const seconds = this.#retryAfterSeconds(nowMs);
    const text = `the queue is full: ${reason}; try again in ${seconds} s`;
    return new RequestError('QUEUE_FULL', text, { headers: { 'retry-after': String(seconds) } });
  }

  /** Until those who wait now have gone to their workers. */
  #retryAfterSeconds(nowMs: number): number {
    const { queue } = this.#parts;
    if (queue.depth === 0) return 1;
    const drainMs = queue.forecast.drainMs(nowMs) ?? UNMEASURED_SECONDS * SECOND;
    return Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(drainMs / SECOND)));
  }
}

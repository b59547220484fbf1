import { RequestError } from '../errors.js';
import type { ByteBudget } from './byte-budget.js';
import type { DrainRate } from './drain-rate.js';

export type AdmissionParts = {
  /** Requests that may wait at once. */
  readonly queueLimit: number;
  /** The dispatcher: how many wait now. */
  readonly queue: { readonly depth: number };
  readonly budget: ByteBudget;
  readonly drainRate: DrainRate;
};

/**
 * Who may enter. Asked when the header is read (`reserve`, before a byte of the
 * body is taken), while a body without a length grows (`grow`), and when the
 * whole request is here (`enter`, just before `Dispatcher.submit`). Each answers
 * undefined for yes, or the 503 QUEUE_FULL to send. Requests that run again
 * after a worker's death never pass here: they were admitted once.
 */
export class Admission {
  readonly #parts: AdmissionParts;

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
    return this.#full(
      `the server holds ${budget.usedBytes} of at most ${budget.limitBytes} bytes, this request needs ${bytes} more`,
      nowMs,
    );
  }

  /** Asks for the count only. What was reserved stays reserved, also when the answer is no. */
  enter(nowMs: number): RequestError | undefined {
    const { queue, queueLimit } = this.#parts;
    if (queue.depth < queueLimit) return undefined;
    return this.#full(`${queue.depth} requests wait, at most ${queueLimit} may`, nowMs);
  }

  /** Gives back what `reserve` and `grow` took for a request: it was answered, refused or withdrawn. */
  release(bytes: number): void {
    this.#parts.budget.release(bytes);
  }

  #full(reason: string, nowMs: number): RequestError {
    const { queue, drainRate } = this.#parts;
    const seconds = drainRate.secondsFor(queue.depth, nowMs);
    return new RequestError(
      'QUEUE_FULL',
      `the queue is full: ${reason}; try again in ${seconds} s`,
      {
        headers: { 'retry-after': String(seconds) },
      },
    );
  }
}

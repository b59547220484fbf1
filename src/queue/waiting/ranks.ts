import type { Queued } from '../request.js';
import { PRIORITIES, type Priority, type Weights } from './priority.js';

type Class = { readonly weight: number; lastRank: number };

/**
 * Gives each request its rank, by which the queue is ordered.
 *
 * Without weights that is its arrival number: one queue, first come, first
 * served. With weights it is weighted fair queueing, self-clocked: a request of
 * a class with weight w stands 1/w behind the one before it of its class, but
 * never ahead of what is being served, so that a class which was silent has
 * saved nothing up. Ranks grow with arrival inside a class, and one that runs
 * again keeps its rank.
 */
export class Ranks {
  #classes: ReadonlyMap<Priority, Class> | undefined;
  /** The highest rank that was given to a worker. */
  #served = 0;
  /** The highest rank of all. */
  #highest = 0;

  constructor(weights: Weights | undefined) {
    this.weigh(weights);
  }

  /** From now on these hold; who waits keeps its rank, and whoever comes goes behind it. */
  weigh(weights: Weights | undefined): void {
    this.#served = this.#highest;
    this.#classes =
      weights && new Map(PRIORITIES.map((one) => [one, { weight: weights[one], lastRank: 0 }]));
  }

  get areWeighted(): boolean {
    return this.#classes !== undefined;
  }

  give(request: Queued): void {
    const own = this.#classes?.get(request.priority);
    request.rank = own === undefined ? request.arrival : this.#next(own);
    if (own !== undefined) own.lastRank = request.rank;
    if (request.rank > this.#highest) this.#highest = request.rank;
  }

  served(request: Queued): void {
    if (request.rank > this.#served) this.#served = request.rank;
  }

  /** How many of another class are served before a newcomer of this one, if so many wait. */
  aheadOf(newcomer: Priority, other: Priority): number {
    const own = this.#classes?.get(newcomer);
    const weight = this.#classes?.get(other)?.weight;
    if (newcomer === other || own === undefined || weight === undefined) {
      return Number.POSITIVE_INFINITY;
    }
    return (this.#next(own) - this.#served) * weight;
  }

  #next({ lastRank, weight }: Class): number {
    return Math.max(this.#served, lastRank) + 1 / weight;
  }
}

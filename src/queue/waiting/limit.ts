/** How many of some requests may be at workers at once. */
export class Limit {
  most: number = Number.POSITIVE_INFINITY;
  #inFlight = 0;
  #within: Limit | undefined = undefined;

  /** Those at workers now, those whose client left included, and without those that stand by behind one of them. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** The wider limit in which the same requests count as well. */
  get within(): Limit | undefined {
    return this.#within;
  }

  get isReached(): boolean {
    return this.#inFlight >= this.most || this.#within?.isReached === true;
  }

  /** It was lowered: those at workers are more than may be. */
  get isExceeded(): boolean {
    return this.#inFlight > this.most;
  }

  /** The most that it and what it lies within allow. */
  get leastMost(): number {
    return Math.min(this.most, this.#within?.leastMost ?? Number.POSITIVE_INFINITY);
  }

  /** What is in flight already counts there from now on, and where it counted no longer. */
  moveWithin(wider: Limit | undefined): void {
    if (wider === this.#within) return;
    this.#within?.count(-this.#inFlight);
    this.#within = wider;
    wider?.count(this.#inFlight);
  }

  /** Some went to a worker, or (below zero) left one. */
  count(requests: number): void {
    this.#inFlight += requests;
    this.#within?.count(requests);
  }
}

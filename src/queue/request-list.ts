import type { Queued } from './request.js';

/**
 * A doubly linked list through the requests themselves: no allocation, and a
 * request in the middle leaves in constant time (its client went away).
 */
export class RequestList<R extends Queued> {
  #first: R | undefined = undefined;
  #last: R | undefined = undefined;
  #depth = 0;

  get first(): R | undefined {
    return this.#first;
  }

  get last(): R | undefined {
    return this.#last;
  }

  /** How many requests are in it. */
  get depth(): number {
    return this.#depth;
  }

  has(request: R): boolean {
    return request.list === this;
  }

  /** Puts a request that is in no list behind `previous`; undefined means at the front. */
  insertAfter(previous: R | undefined, request: R): void {
    const next = previous === undefined ? this.#first : previous.next;
    request.list = this;
    request.previous = previous;
    request.next = next;
    if (previous === undefined) this.#first = request;
    else previous.next = request;
    if (next === undefined) this.#last = request;
    else next.previous = request;
    this.#depth += 1;
  }

  append(request: R): void {
    this.insertAfter(this.#last, request);
  }

  /** True if it was in this list. */
  remove(request: R): boolean {
    if (request.list !== this) return false;
    const { previous, next } = request;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    request.list = undefined;
    request.previous = undefined;
    request.next = undefined;
    this.#depth -= 1;
    return true;
  }

  /** In list order. The one just yielded may be removed meanwhile, no other. */
  *[Symbol.iterator](): Generator<R, void, undefined> {
    let request = this.#first;
    while (request !== undefined) {
      const next: R | undefined = request.next;
      yield request;
      request = next;
    }
  }
}

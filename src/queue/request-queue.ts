import type { Queued } from './request.js';
import { RequestList } from './request-list.js';

/** A list in order of arrival. */
export class RequestQueue<R extends Queued> extends RequestList<R> {
  /** A new request. It goes last; an earlier number that comes late still finds its place. */
  push(request: R): void {
    let previous = this.last;
    while (previous !== undefined && previous.arrival > request.arrival)
      previous = previous.previous;
    this.insertAfter(previous, request);
  }

  /** A request that comes back from a worker. Looked for from the front: it is among the oldest. */
  putBack(request: R): void {
    let next = this.first;
    while (next !== undefined && next.arrival < request.arrival) next = next.next;
    this.insertAfter(next === undefined ? this.last : next.previous, request);
  }
}

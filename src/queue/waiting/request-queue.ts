import { isBefore, type Queued } from '../request.js';
import { RequestList } from '../request-list.js';

/** A list in order of rank. */
export class RequestQueue<R extends Queued> extends RequestList<R> {
  /** A new request. It goes last; a lower rank that comes late still finds its place. */
  push(request: R): void {
    let previous = this.last;
    while (previous !== undefined && isBefore(request, previous)) previous = previous.previous;
    this.insertAfter(previous, request);
  }

  /** A request that comes back from a worker. Looked for from the front: it is among the oldest. */
  putBack(request: R): void {
    let next = this.first;
    while (next !== undefined && isBefore(next, request)) next = next.next;
    this.insertAfter(next === undefined ? this.last : next.previous, request);
  }
}

import type { SliceHandlers } from '../../link/slices/master-slices.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import type { Dispatcher } from '../../queue/dispatcher.js';
import type { SlicePorts } from '../../queue/slices/slice-desk.js';
import type { ClientRequest } from '../client-request.js';
import type { ServingWorker } from '../serving-worker.js';

/** How the queue's decisions about slices go over the links. What is held of them counts in `budget`. */
export function slicePorts(
  budget: Pick<ByteBudget, 'reserve' | 'release'>,
): SlicePorts<ClientRequest, ServingWorker> {
  return {
    grant: ({ link }, { arrival }, ticket) => link.slices.grant(arrival, ticket),
    run: ({ link }, ticket, body) => link.slices.run(ticket, body),
    giveBack: ({ link }, ticket) => link.slices.giveBack(ticket),
    cancel: ({ link }, ticket) => link.slices.cancel(ticket),
    isAlike: (one, other, key) => one.isAlike(other, key),
    reserve: (bytes) => budget.reserve(bytes),
    release: (bytes) => budget.release(bytes),
  };
}

/** Takes what a worker says of slices off its link. Bodies are passed on, by reference. */
export function slicesOf(
  worker: ServingWorker,
  dispatcher: Dispatcher<ClientRequest, ServingWorker>,
  now: () => number,
): SliceHandlers {
  const { slices } = dispatcher;
  return {
    offered: (id, key) => {
      const request = worker.load?.find(id);
      if (worker.load === undefined || request === undefined) return;
      if (key === '') slices.recalled(request);
      else slices.offered(worker.load, request, key);
      dispatcher.dispatch(now());
    },
    sliceSent: (ticket, body) => {
      if (worker.load === undefined) return;
      slices.sent(worker.load, ticket, body);
      dispatcher.dispatch(now());
    },
    sliceRan: (ticket, body) => {
      const nowMs = now();
      if (worker.load === undefined) return;
      slices.ran(worker.load, ticket, nowMs)?.link.slices.result(ticket, body);
      dispatcher.dispatch(nowMs);
    },
  };
}

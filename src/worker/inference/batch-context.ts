import type { PredictContext } from '../../model/model.js';

type Member = { readonly context: PredictContext };

/**
 * What a batch may know of its requests: those that are still there want it to run on, so it is
 * abandoned only when all of them are.
 */
export class BatchContext implements PredictContext {
  readonly requestId: string;
  readonly #members: readonly Member[];
  #controller: AbortController | undefined;

  /** @param first its id stands for the batch */
  constructor(first: Member, members: readonly Member[]) {
    this.requestId = first.context.requestId;
    this.#members = members;
  }

  waits(): void {
    this.#members[0]?.context.waits?.();
  }

  get isAbandoned(): boolean {
    return this.#members.every(({ context }) => context.isAbandoned);
  }

  /** Made for those that look at it: each member's costs a listener. */
  get signal(): AbortSignal {
    this.#controller ??= this.#watch();
    return this.#controller.signal;
  }

  #watch(): AbortController {
    const controller = new AbortController();
    let present = this.#members.length;
    const left = (): void => {
      present -= 1;
      if (present === 0) controller.abort();
    };
    for (const { context } of this.#members) {
      const { signal } = context;
      if (signal.aborted) left();
      else signal.addEventListener('abort', left, { once: true });
    }
    return controller;
  }
}

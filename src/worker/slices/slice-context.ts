import type { PredictContext } from '../../model/model.js';

/** What a slice may know of its request: that it is still wanted. */
export class SliceContext implements PredictContext {
  readonly requestId: string;
  readonly #controller = new AbortController();

  constructor(requestId: string) {
    this.requestId = requestId;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isAbandoned(): boolean {
    return this.signal.aborted;
  }

  abandon(): void {
    this.#controller.abort();
  }
}

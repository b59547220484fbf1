import type { PredictContext } from '../../model/model.js';
import type { TakePiece } from '../../model/streamed-result.js';
import type { Call } from './call.js';

/** Takes the pieces of a reply that the model makes bit by bit. */
export type PieceTaker = { takePiece(piece: unknown): Promise<void> | undefined };

/** Told when a run has returned before it was done. */
export type RunObserver = { runWaits(): void };

/**
 * What a model may know of its request. The signal costs a controller and a listener, so it is
 * made for those that look at it.
 */
export class RequestContext implements PredictContext {
  readonly #call: Call;
  readonly #taker: PieceTaker | undefined;
  readonly #run: RunObserver | undefined;
  #controller: AbortController | undefined;

  constructor(call: Call, taker?: PieceTaker, run?: RunObserver) {
    this.#call = call;
    this.#taker = taker;
    this.#run = run;
  }

  get takePiece(): TakePiece | undefined {
    const taker = this.#taker;
    return taker && ((piece) => taker.takePiece(piece));
  }

  waits(): void {
    this.#run?.runWaits();
  }

  get requestId(): string {
    return this.#call.id;
  }

  get isAbandoned(): boolean {
    const { raw } = this.#call;
    return raw.destroyed && !raw.writableFinished;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#watch();
    return this.#controller.signal;
  }

  #watch(): AbortController {
    const controller = new AbortController();
    if (this.isAbandoned) controller.abort();
    else {
      const { raw } = this.#call;
      raw.once('close', () => {
        if (!raw.writableFinished) controller.abort();
      });
    }
    return controller;
  }
}

import { Limit } from './limit.js';

/** A model that streamed once is one that streams until this many whole replies in a row. */
const FORGOTTEN_AFTER = 32;

/** What may be said of a model: by its settings, by its code. */
export type LimitedModel = {
  readonly name: string;
  readonly maxInFlight?: number;
  /** Its function is a generator: whatever it answers, it makes it piece by piece. */
  readonly isStreaming?: boolean;
};

/**
 * The limit of one model, all its versions together. A model that streams lies
 * within the limit that all of these share: told by its code, or learned, since
 * any model may return pieces.
 */
export class ModelLimit extends Limit {
  isDeclaredStreaming = false;
  /** The last pass of the dispatcher in which somebody waited on who counts in it. */
  claimedIn = 0;
  readonly #streams: Limit;
  #wholeInARow = 0;

  constructor(streams: Limit) {
    super();
    this.#streams = streams;
  }

  sawStream(): void {
    this.#wholeInARow = 0;
    this.moveWithin(this.#streams);
  }

  sawWhole(): void {
    if (this.within === undefined || this.isDeclaredStreaming) return;
    this.#wholeInARow += 1;
    if (this.#wholeInARow >= FORGOTTEN_AFTER) this.moveWithin(undefined);
  }
}

/**
 * The limits by model; models are this server's, so they are few. A stream holds
 * its worker for as long as it lasts, so streams never get the last worker.
 */
export class ModelLimits {
  readonly streams: Limit = new Limit();
  readonly #byModel: Map<string, ModelLimit> = new Map();

  of(model: string): ModelLimit {
    const known = this.#byModel.get(model);
    if (known !== undefined) return known;
    const limit = new ModelLimit(this.streams);
    this.#byModel.set(model, limit);
    return limit;
  }

  /** All models there are. What is in flight stays counted, whatever changes. */
  learn(models: Iterable<LimitedModel>): void {
    for (const limit of this.#byModel.values()) {
      limit.most = Number.POSITIVE_INFINITY;
      limit.isDeclaredStreaming = false;
    }
    for (const { name, maxInFlight, isStreaming } of models) {
      const limit = this.of(name);
      if (maxInFlight !== undefined) limit.most = Math.min(limit.most, maxInFlight);
      if (isStreaming !== true) continue;
      limit.isDeclaredStreaming = true;
      limit.sawStream();
    }
  }

  workersAre(fed: number): void {
    this.streams.most = Math.max(1, fed - 1);
  }
}

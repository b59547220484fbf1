import type { SliceLink } from '../../link/slices/worker-slices.js';
import type { Model, PredictContext, TensorModel } from '../../model/model.js';
import { commonRows } from '../../model/tensor/tensor-rows.js';
import type { Protocol } from '../protocol.js';
import { type PartWriter, runPart } from './part-run.js';
import { readSlice, resultMessage, type SliceHead } from './slice-message.js';

/** What a slice may know of its request: that it is still wanted. */
class SliceContext implements PredictContext {
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

/**
 * Runs slices of other workers' requests. Of one that fails it says no more than that: its owner runs
 * the whole request then, and the client is told what that says, in which the rows have their own numbers.
 */
export class SliceHelper {
  readonly #link: SliceLink;
  readonly #models: readonly Model[];
  readonly #protocols: readonly Protocol[];
  /** The master sends one at a time. */
  #running: { readonly ticket: number; readonly context: SliceContext } | undefined;

  constructor(link: SliceLink, models: readonly Model[], protocols: readonly Protocol[]) {
    this.#link = link;
    this.#models = models;
    this.#protocols = protocols;
  }

  run(ticket: number, message: Buffer): void {
    const { head, inputs } = readSlice(message);
    const model = this.#modelOf(head);
    const rows = commonRows(inputs) ?? 0;
    if (model === undefined) {
      this.#link.reply(ticket, resultMessage(undefined));
      return;
    }
    const context = new SliceContext(head.requestId);
    this.#running = { ticket, context };
    runPart(model, inputs, rows, this.#writerOf(head), context, (part) => {
      if (this.#running?.ticket === ticket) this.#running = undefined;
      const isPart = part !== 'notRows' && !(part instanceof Error);
      this.#link.reply(ticket, resultMessage(isPart ? part : undefined));
    });
  }

  cancel(ticket: number): void {
    if (this.#running?.ticket === ticket) this.#running.context.abandon();
  }

  #modelOf({ name, version }: SliceHead): TensorModel | undefined {
    const model = this.#models.find((one) => one.name === name && one.version === version);
    return model?.kind === 'tensors' ? model : undefined;
  }

  #writerOf({ text }: SliceHead): PartWriter {
    const protocol = this.#protocols.find(({ name }) => name === text?.protocol);
    return text && protocol && { protocol, form: text.form };
  }
}

import type { SliceLink } from '../../link/slices/worker-slices.js';
import type { Model } from '../../model/model.js';
import { commonRows } from '../../model/tensor/tensor-rows.js';
import type { Protocol } from '../protocol.js';
import { type PartWriter, runPart } from './part-run.js';
import type { RowWork } from './row-work.js';
import { SliceContext } from './slice-context.js';
import { readSlice, resultMessage, type SliceHead, type SliceRows } from './slice-message.js';

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
    const { head, work: asked } = readSlice(message);
    const work = this.#workOf(head, asked);
    if (work === undefined) {
      this.#link.reply(ticket, resultMessage(undefined));
      return;
    }
    const context = new SliceContext(head.requestId);
    this.#running = { ticket, context };
    runPart(work, this.#writerOf(head), context, (part) => {
      if (this.#running?.ticket === ticket) this.#running = undefined;
      const isPart = part !== 'notRows' && !(part instanceof Error);
      this.#link.reply(ticket, resultMessage(isPart ? part : undefined));
    });
  }

  cancel(ticket: number): void {
    if (this.#running?.ticket === ticket) this.#running.context.abandon();
  }

  #workOf({ name, version }: SliceHead, asked: SliceRows): RowWork | undefined {
    const model = this.#models.find((one) => one.name === name && one.version === version);
    if (model?.kind === 'tensors' && asked.kind === 'tensors') {
      return { ...asked, model, rows: commonRows(asked.inputs) ?? 0 };
    }
    if (model?.kind === 'instances' && asked.kind === 'instances') {
      return { ...asked, model, rows: asked.instances.length };
    }
    return undefined;
  }

  #writerOf({ text }: SliceHead): PartWriter {
    const protocol = this.#protocols.find(({ name }) => name === text?.protocol);
    return text && protocol && { protocol, form: text.form };
  }
}

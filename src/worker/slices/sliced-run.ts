import type { RequestError } from '../../errors.js';
import type { SliceLink } from '../../link/slices/worker-slices.js';
import type { PredictContext } from '../../model/model.js';
import { haveLikeRows } from '../../model/tensor/tensor-rows.js';
import { type PartWriter, runPart } from './part-run.js';
import type { RowCost } from './row-cost.js';
import { type RowRange, RowsLeft } from './row-ranges.js';
import { bytesPerRow, microsToMove, ownPartOf, partOf, type RowWork } from './row-work.js';
import { type Part, readResult, sliceMessage } from './slice-message.js';

/** A request as its slices need it. */
export type SlicedRequest = {
  /** On the link. */
  readonly id: number;
  readonly requestId: string;
  readonly work: RowWork;
  readonly bodyBytes: number;
  readonly writer: PartWriter;
  readonly context: PredictContext;
};

/**
 * done: all parts, in the order of their rows · failed: some part threw, and it is not known what the
 * whole would have said · not rows: the model does not compute row by row · abandoned: nobody waits any more.
 */
export type SlicedEnd =
  | { readonly kind: 'done'; readonly parts: readonly Part[] }
  | { readonly kind: 'failed'; readonly error: RequestError | undefined }
  | { readonly kind: 'notRows' | 'abandoned' };

type Placed = { readonly from: number; readonly part: Part };

/** With less than this left, a helper would come too late. */
const LEAST_SHARED_MICROS = 2000;
const MOST_SLICE_BYTES = 1024 * 1024;

/**
 * A large request at its owner: part after part, and slices for others between them.
 *
 * running (its own part after part) ⇄ waiting (for what others still have, with nothing left of its own) → ended.
 *
 * Whatever others do, each row is either left, in a part of its own, or under a ticket; so all that
 * can happen to a slice is that its result comes or that its rows are left again.
 */
export class SlicedRun {
  readonly #request: SlicedRequest;
  readonly #link: SliceLink;
  readonly #cost: RowCost;
  readonly #ended: (end: SlicedEnd) => void;
  readonly #left: RowsLeft;
  readonly #bytesPerRow: number;
  readonly #lent = new Map<number, RowRange>();
  readonly #placed: Placed[] = [];
  #isOffered = false;
  #isRunning = false;
  #hasEnded = false;
  #lastRows = 0;

  constructor(
    request: SlicedRequest,
    link: SliceLink,
    cost: RowCost,
    ended: (end: SlicedEnd) => void,
  ) {
    this.#request = request;
    this.#link = link;
    this.#cost = cost;
    this.#ended = ended;
    this.#left = new RowsLeft(0, request.work.rows);
    this.#bytesPerRow = bytesPerRow(request.work, request.bodyBytes);
    // What is known of the model is believed; else it is felt for, a row first, then two, four, …
    if (cost.isKnown) this.#lastRows = request.work.rows;
  }

  get id(): number {
    return this.#request.id;
  }

  has(ticket: number): boolean {
    return this.#lent.has(ticket);
  }

  start(): void {
    // While it waits for others, only this tells that nobody waits for it any more.
    const { signal } = this.#request.context;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    this.#next();
  }

  /** A helper is free: sends it a slice, or declines. */
  granted(ticket: number): void {
    const range = this.#isShared ? this.#left.take(this.#rowsToLend()) : undefined;
    if (range === undefined) {
      this.#link.decline(ticket);
      return;
    }
    const { requestId, work, writer } = this.#request;
    const { name, version } = work.model;
    const head = { requestId, name, version };
    const text = writer && { protocol: writer.protocol.name, form: writer.form };
    const whole = text === undefined ? head : { ...head, text };
    this.#link.send(ticket, sliceMessage(whole, partOf(work, range)));
    this.#lent.set(ticket, range);
  }

  result(ticket: number, message: Buffer): void {
    const range = this.#lent.get(ticket);
    if (range === undefined || this.#hasEnded) return;
    this.#lent.delete(ticket);
    const part = readResult(message);
    if (part === undefined) {
      this.#end({ kind: 'failed', error: undefined });
      return;
    }
    this.#place(range, part);
    this.#wake();
  }

  /** Nobody runs it: its rows are left again. */
  cameBack(ticket: number): void {
    const range = this.#lent.get(ticket);
    if (range === undefined || this.#hasEnded) return;
    this.#lent.delete(ticket);
    this.#left.putBack(range);
    this.#wake();
  }

  #wake(): void {
    if (!this.#isRunning) this.#next();
  }

  #next(): void {
    if (this.#hasEnded) return;
    if (this.#request.context.isAbandoned) {
      this.#end({ kind: 'abandoned' });
      return;
    }
    this.#offer();
    const range = this.#left.take(this.#cost.ownRows(this.#lastRows));
    if (range !== undefined) this.#run(range);
    else if (this.#lent.size === 0) this.#finish();
    else if (this.#isOffered) this.#recall();
  }

  #run(range: RowRange): void {
    const { work, writer, context } = this.#request;
    this.#isRunning = true;
    this.#lastRows = range.rows;
    runPart(ownPartOf(work, range), writer, context, (part) => {
      if (this.#hasEnded) return;
      if (part === 'notRows') this.#end({ kind: 'notRows' });
      else if (part instanceof Error) this.#end({ kind: 'failed', error: part });
      else {
        this.#cost.observe(range.rows, part.micros);
        this.#place(range, part);
        // The link is looked at between parts, whatever the model is.
        setImmediate(() => {
          this.#isRunning = false;
          this.#next();
        });
      }
    });
  }

  #place({ from, rows }: RowRange, part: Part): void {
    const [first] = this.#placed;
    const isLike =
      part.rows === rows && (first === undefined || haveLikeRows(first.part.outputs, part.outputs));
    if (isLike) this.#placed.push({ from, part });
    else this.#end({ kind: 'notRows' });
  }

  #finish(): void {
    const placed = this.#placed.sort((one, other) => one.from - other.from);
    this.#end({ kind: 'done', parts: placed.map(({ part }) => part) });
  }

  #end(end: SlicedEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#isOffered) this.#recall();
    this.#ended(end);
  }

  /** Offers slices to others, once there are some worth sharing. */
  #offer(): void {
    if (this.#isOffered || !this.#isShared) return;
    const { id, work } = this.#request;
    const { model } = work;
    this.#isOffered = true;
    this.#link.offer(id, `${model.name}/${model.version}`);
  }

  #recall(): void {
    this.#isOffered = false;
    this.#link.recall(this.#request.id);
  }

  /** Enough is left to share, and it takes longer to compute than to move. */
  get #isShared(): boolean {
    const { isKnown, microsPerRow } = this.#cost;
    if (!isKnown || this.#hasEnded) return false;
    const isWorthMoving = microsPerRow > microsToMove(this.#request.work, this.#bytesPerRow);
    return (
      isWorthMoving && this.#left.count > 1 && this.#left.count * microsPerRow > LEAST_SHARED_MICROS
    );
  }

  #rowsToLend(): number {
    const most = Math.floor(MOST_SLICE_BYTES / this.#bytesPerRow);
    return Math.max(1, Math.min(most, this.#cost.sliceRows(this.#left.count)));
  }
}

import { bodyStart, FRAME, frameId, frameType, headText } from '../frames/frame.js';
import type { FrameWriter } from '../frames/frame-writer.js';

/** What a worker does with frames about slices. */
export type SliceTaker = {
  /** The master has somebody for a slice of this request: send one under this ticket, or decline. */
  granted(requestId: number, ticket: number): void;
  /** Another worker has run what was sent under this ticket. */
  result(ticket: number, body: Buffer): void;
  /** Nobody will run what was sent under this ticket. */
  cameBack(ticket: number): void;
  /** A slice of another worker's request, to be run. */
  slice(ticket: number, body: Buffer): void;
  /** Nobody waits for the result of this slice any more. */
  cancelled(ticket: number): void;
};

/** An empty body: there is nothing, or nothing more. */
const NOTHING: readonly Uint8Array[] = [];

/**
 * A worker's half of the frames about slices.
 *
 * ```
 * owner                    master                     helper
 *   │ OFFER request, model    │                          │
 *   │────────────────────────▶│ (queue empty, one idle)  │
 *   │    GRANT request, ticket│                          │
 *   │◀────────────────────────│                          │
 *   │ SLICE ticket, rows      │ SLICE ticket, rows       │
 *   │────────────────────────▶│─────────────────────────▶│
 *   │     SLICE_RESULT ticket │      SLICE_RESULT ticket │
 *   │◀────────────────────────│◀─────────────────────────│
 * ```
 *
 * SLICE without a body declines the grant. SLICE_BACK, to the owner: nobody runs it. OFFER without a
 * model: no more are to be had, and what nobody runs is wanted back. SLICE_CANCEL, to the helper:
 * nobody waits for it.
 */
export class WorkerSlices {
  taker: SliceTaker | undefined;
  readonly #writer: FrameWriter;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
  }

  /** @param model what another worker must hold to help with this request, as `NAME/VERSION` */
  offer(requestId: number, model: string): void {
    this.#writer.addSlice(FRAME.OFFER, requestId, model, NOTHING);
  }

  /** Nothing more is to be had of this request, and what nobody runs is wanted back. */
  recall(requestId: number): void {
    this.#writer.addSlice(FRAME.OFFER, requestId, '', NOTHING);
  }

  send(ticket: number, body: readonly Uint8Array[]): void {
    this.#writer.addSlice(FRAME.SLICE, ticket, '', body);
  }

  decline(ticket: number): void {
    this.#writer.addSlice(FRAME.SLICE, ticket, '', NOTHING);
  }

  reply(ticket: number, body: readonly Uint8Array[]): void {
    this.#writer.addSlice(FRAME.SLICE_RESULT, ticket, '', body);
  }

  /** False: the frame is about something else. */
  take(buffer: Buffer, at: number, end: number): boolean {
    const { taker } = this;
    const id = frameId(buffer, at);
    const start = bodyStart(buffer, at, end);
    switch (frameType(buffer, at)) {
      case FRAME.GRANT:
        taker?.granted(id, Number(headText(buffer, at, start)));
        return true;
      case FRAME.SLICE:
        taker?.slice(id, buffer.subarray(start, end));
        return true;
      case FRAME.SLICE_RESULT:
        taker?.result(id, buffer.subarray(start, end));
        return true;
      case FRAME.SLICE_BACK:
        taker?.cameBack(id);
        return true;
      case FRAME.SLICE_CANCEL:
        taker?.cancelled(id);
        return true;
      default:
        return false;
    }
  }
}

/** What the worker's rooms see of it. */
export type SliceLink = Pick<WorkerSlices, keyof WorkerSlices>;

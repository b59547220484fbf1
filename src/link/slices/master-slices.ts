import { bodyStart, FRAME, frameId, frameType, headText } from '../frames/frame.js';
import type { FrameWriter } from '../frames/frame-writer.js';

/** What the master does with frames of a worker about slices; see worker-slices.ts. */
export type SliceHandlers = {
  /** @param model what a helper must hold, as `NAME/VERSION`; '': no more, and what nobody runs back */
  offered(requestId: number, model: string): void;
  /** What was granted; undefined: declined. */
  sliceSent(ticket: number, body: Buffer | undefined): void;
  sliceRan(ticket: number, body: Buffer): void;
};

const NOTHING: readonly Uint8Array[] = [];

/** The master's half of the frames about slices. It passes bodies on and never looks into them. */
export class MasterSlices {
  readonly #writer: FrameWriter;
  readonly #handlers: SliceHandlers | undefined;

  constructor(writer: FrameWriter, handlers: SliceHandlers | undefined) {
    this.#writer = writer;
    this.#handlers = handlers;
  }

  grant(requestId: number, ticket: number): void {
    this.#writer.addSlice(FRAME.GRANT, requestId, String(ticket), NOTHING);
  }

  /** To the helper. */
  run(ticket: number, body: Uint8Array): void {
    this.#writer.addSlice(FRAME.SLICE, ticket, '', [body]);
  }

  /** To the owner: what its helper made of it. */
  result(ticket: number, body: Uint8Array): void {
    this.#writer.addSlice(FRAME.SLICE_RESULT, ticket, '', [body]);
  }

  /** To the owner: nobody runs it. */
  giveBack(ticket: number): void {
    this.#writer.addSlice(FRAME.SLICE_BACK, ticket, '', NOTHING);
  }

  /** To the helper: nobody waits for it. */
  cancel(ticket: number): void {
    this.#writer.addSlice(FRAME.SLICE_CANCEL, ticket, '', NOTHING);
  }

  /** False: the frame is about something else. */
  take(buffer: Buffer, at: number, end: number): boolean {
    const id = frameId(buffer, at);
    const start = bodyStart(buffer, at, end);
    const handlers = this.#handlers;
    switch (frameType(buffer, at)) {
      case FRAME.OFFER:
        handlers?.offered(id, headText(buffer, at, start));
        return true;
      case FRAME.SLICE:
        handlers?.sliceSent(id, start === end ? undefined : buffer.subarray(start, end));
        return true;
      case FRAME.SLICE_RESULT:
        handlers?.sliceRan(id, buffer.subarray(start, end));
        return true;
      default:
        return false;
    }
  }
}

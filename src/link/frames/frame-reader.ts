import { frameBytes, HEADER_BYTES, MAX_FRAME_BYTES, ProtocolError } from './frame.js';

const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/** Gets each complete frame: it lies in `buffer` from `start` to `end`, and may be kept. */
export type FrameSink = (buffer: Buffer, start: number, end: number) => void;

/**
 * Cuts a byte stream into frames.
 *
 * A frame that lies whole in one read is delivered where it lies. One that does
 * not gets a buffer of exactly its length, and each of its bytes is copied once,
 * so a body of many megabytes is never concatenated from its pieces.
 */
export class FrameReader {
  /** Gets a read that holds several frames before they are delivered one by one. */
  onRead: (chunk: Buffer, from: number) => void = nothing;

  readonly #deliver: FrameSink;
  readonly #limitBytes: number;
  /** Less than a length field, left over from the last read. */
  #rest: Buffer = NOTHING;
  /** The frame being collected, and how much of it is there. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  #isStopped = false;

  constructor(deliver: FrameSink, limitBytes: number = MAX_FRAME_BYTES) {
    this.#deliver = deliver;
    this.#limitBytes = limitBytes;
  }

  /** Takes what was read. Throws a `ProtocolError` when it cannot be frames. */
  push(chunk: Buffer): void {
    if (this.#isStopped) return;
    if (this.#partial !== undefined) {
      const used = this.#collect(this.#partial, chunk);
      if (this.#partial === undefined) this.#cut(chunk, used);
    } else if (this.#rest.length > 0) {
      this.#cut(Buffer.concat([this.#rest, chunk]), 0);
    } else {
      this.#cut(chunk, 0);
    }
  }

  /**
   * Like `push`, for the end of a stream that lives on: a fault is returned, the
   * sink's own protocol faults included, and nothing is delivered after it.
   */
  take(chunk: Buffer): ProtocolError | undefined {
    try {
      this.push(chunk);
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.stop();
      return error;
    }
  }

  /** Delivers nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#partial = undefined;
    this.#rest = NOTHING;
  }

  #collect(partial: Buffer, chunk: Buffer): number {
    const used = chunk.copy(partial, this.#partialBytes);
    this.#partialBytes += used;
    if (this.#partialBytes === partial.length) {
      this.#partial = undefined;
      this.#deliver(partial, 0, partial.length);
    }
    return used;
  }

  #cut(chunk: Buffer, from: number): void {
    let at = from;
    if (chunk.length - at >= 2 * HEADER_BYTES) this.onRead(chunk, at);
    while (chunk.length - at >= LENGTH_BYTES && !this.#isStopped) {
      const bytes = frameBytes(chunk, at);
      if (bytes < HEADER_BYTES || bytes > this.#limitBytes) {
        throw new ProtocolError(
          `a frame of ${bytes} bytes; between ${HEADER_BYTES} and ${this.#limitBytes} expected`,
        );
      }
      if (at + bytes > chunk.length) {
        this.#rest = NOTHING;
        this.#partial = Buffer.allocUnsafeSlow(bytes);
        this.#partialBytes = chunk.copy(this.#partial, 0, at);
        return;
      }
      this.#deliver(chunk, at, at + bytes);
      at += bytes;
    }
    this.#rest = at === chunk.length ? NOTHING : chunk.subarray(at);
  }
}

function nothing(): void {}

import {
  frameBytes,
  frameHeadBytes,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  ProtocolError,
} from './frame.js';

const LENGTH_BYTES = 4;
const NOTHING = Buffer.alloc(0);
const ALIGNMENT = 8;
const SLAB_BYTES = 128 * 1024;
/**
 * The least space that a read gets. A frame with more than this still to come is read into its own
 * buffer.
 */
const LEAST_SPACE_BYTES = 48 * 1024;

/** Gets each complete frame: it lies in `buffer` from `start` to `end`, and may be kept. */
export type FrameSink = (buffer: Buffer, start: number, end: number) => void;

/**
 * Cuts a byte stream into frames.
 *
 * A frame that lies whole in one read is delivered where it lies. One that does
 * not gets a buffer of exactly its length, and each of its bytes is copied once,
 * so a body of many megabytes is never concatenated from its pieces. Where the
 * socket asks where to read to (`space`), the rest of a long frame is not copied at
 * all: the kernel writes it where it stays.
 */
export class FrameReader {
  /** Called with each read that may hold several frames, before they are delivered one by one. */
  onRead: (chunk: Buffer, from: number) => void = nothing;

  readonly #deliver: FrameSink;
  readonly #limitBytes: number;
  /** Less than a length field, left over from the last read. */
  #rest: Buffer = NOTHING;
  /** The long frame being collected, and how many of its bytes are there. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  #isStopped = false;
  /** Where `space` lets the socket read while no long frame is being collected. */
  #slab: Buffer = NOTHING;
  #slabUsed = 0;
  #isSpaceInFrame = false;

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
   * Like `push`, but returns a fault instead of throwing it, the sink's own protocol faults
   * included. Nothing is delivered after a fault.
   */
  take(chunk: Buffer): ProtocolError | undefined {
    return this.#guarded(() => this.push(chunk));
  }

  #guarded(read: () => void): ProtocolError | undefined {
    try {
      read();
      return undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.stop();
      return error;
    }
  }

  /** The buffer to read into next; `took` then says how many bytes came. */
  space(): Buffer {
    const partial = this.#partial;
    this.#isSpaceInFrame =
      partial !== undefined && partial.length - this.#partialBytes >= LEAST_SPACE_BYTES;
    if (partial !== undefined && this.#isSpaceInFrame) return partial.subarray(this.#partialBytes);
    if (this.#slab.length - this.#slabUsed < LEAST_SPACE_BYTES) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    return this.#slab.subarray(this.#slabUsed);
  }

  /** `bytes` were read into the last `space`. Returns faults as `take` does. */
  took(bytes: number): ProtocolError | undefined {
    const from = this.#slabUsed;
    if (!this.#isSpaceInFrame) {
      this.#slabUsed += bytes;
      return this.take(this.#slab.subarray(from, this.#slabUsed));
    }
    return this.#guarded(() => this.#grow(bytes));
  }

  /** Delivers nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#partial = undefined;
    this.#rest = NOTHING;
  }

  #collect(partial: Buffer, chunk: Buffer): number {
    const used = chunk.copy(partial, this.#partialBytes);
    this.#grow(used);
    return used;
  }

  /** `bytes` more of the long frame have come. */
  #grow(bytes: number): void {
    const partial = this.#partial;
    if (partial === undefined) return;
    this.#partialBytes += bytes;
    if (this.#partialBytes < partial.length) return;
    this.#partial = undefined;
    this.#deliver(partial, 0, partial.length);
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
        this.#partial = alignedSpace(chunk, at, bytes);
        this.#partialBytes = chunk.copy(this.#partial, 0, at);
        return;
      }
      this.#deliver(chunk, at, at + bytes);
      at += bytes;
    }
    this.#rest = at === chunk.length ? NOTHING : chunk.subarray(at);
  }
}

/**
 * A buffer for the frame at `at`, placed so that the body is aligned to eight bytes: tensors are
 * used where they lie, without a copy.
 */
function alignedSpace(chunk: Buffer, at: number, bytes: number): Buffer {
  const headBytes = chunk.length - at >= HEADER_BYTES ? frameHeadBytes(chunk, at) : 0;
  const skipped = -(HEADER_BYTES + headBytes) & (ALIGNMENT - 1);
  return Buffer.allocUnsafeSlow(skipped + bytes).subarray(skipped);
}

function nothing(): void {}

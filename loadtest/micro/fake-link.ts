import { Duplex } from 'node:stream';
import { FRAME, frameBytes, frameStatus, frameType } from '../../src/link/frames/frame.js';

/** A worker's end of the link without a socket: what it writes is counted, not sent. */
export class FakeLink extends Duplex {
  replies = 0;
  /** Replies that were no 200. */
  failures = 0;
  #awaited = Number.POSITIVE_INFINITY;
  #settle: () => void = () => {};

  /** Gives the worker one read; settles when so many replies are out. */
  exchange(read: Buffer, replies: number): Promise<void> {
    this.#awaited = this.replies + replies;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.push(read);
    });
  }

  override _read(): void {}

  override _write(frames: Buffer, _encoding: string, done: () => void): void {
    // Whole frames, as long as the replies are small.
    for (let at = 0; at < frames.length; at += frameBytes(frames, at)) {
      if (frameType(frames, at) !== FRAME.REPLY) continue;
      this.replies += 1;
      if (frameStatus(frames, at) !== 200) this.failures += 1;
    }
    done();
    if (this.replies < this.#awaited) return;
    this.#awaited = Number.POSITIVE_INFINITY;
    this.#settle();
  }
}

/** A stream whose other end is nobody's: what was written can be taken out of it. */
export class Tape extends Duplex {
  #pieces: Buffer[] = [];

  taken(): Buffer {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return bytes;
  }

  override _read(): void {}

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    // The writer uses its memory again.
    this.#pieces.push(Buffer.from(piece));
    done();
  }
}

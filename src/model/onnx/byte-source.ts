/** Bytes to look at here and there: of a file, without reading it whole. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export type ByteSource = {
  readonly length: number;
  /** The bytes from `start` up to `end`, both inside of the source; nobody writes into them. */
  slice(start: number, end: number): Buffer;
  /** Fills `target` with the bytes from `start` on, which are there. */
  copy(start: number, target: Uint8Array): void;
};

/** Large enough for the heads of many fields, small beside the weights between them. */
const WINDOW_BYTES = 64 * 1024;

/** Reads a file in windows; what lies between two looks is not read. */
export class FileSource implements ByteSource {
  readonly length: number;
  readonly #file: number;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;

  /** @throws Error of the file system */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.length = fstatSync(this.#file).size;
  }

  slice(start: number, end: number): Buffer {
    if (end - start > WINDOW_BYTES) return this.#read(start, end);
    if (start < this.#windowStart || end > this.#windowStart + this.#window.length) {
      this.#window = this.#read(start, Math.min(start + WINDOW_BYTES, this.length));
      this.#windowStart = start;
    }
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }

  close(): void {
    closeSync(this.#file);
  }

  copy(start: number, target: Uint8Array): void {
    let filled = 0;
    while (filled < target.length) {
      const got = readSync(this.#file, target, filled, target.length - filled, start + filled);
      if (got === 0) throw new Error('the file has become shorter while it was read');
      filled += got;
    }
  }

  #read(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(end - start);
    this.copy(start, bytes);
    return bytes;
  }
}

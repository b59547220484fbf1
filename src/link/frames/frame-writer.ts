import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type FrameFigures,
  type FrameType,
  HEADER_BYTES,
  NO_FIGURES,
  writeHeader,
  writeLengths,
} from './frame.js';

const SLAB_BYTES = 64 * 1024;

/** Bodies up to this are copied beside their heads: cheaper than one more buffer in the write. */
const COPY_BYTES = 16 * 1024;

/** From here on a sender is asked to wait until the turn's frames are written. */
const BACKED_UP_BYTES = 64 * 1024;

/** No UTF-16 unit takes more bytes in UTF-8. */
const UTF8_BYTES_PER_UNIT = 3;

/**
 * Collects the frames of one event-loop turn and writes them at its end, in one
 * system call: small frames packed into a slab, large bodies by reference.
 */
export class FrameWriter {
  /** Called after the frames of a turn were handed to the socket. */
  onFlushed: () => void = nothing;
  /** Called when `isBackedUp` has turned false again. */
  onDrain: () => void = nothing;

  readonly #socket: Duplex;
  /**
   * A socket that has written everything at once has copied it into the kernel,
   * so the slab can be used again. Another stream may pass the slab itself on.
   */
  readonly #copiesAtOnce: boolean;
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #start = 0;
  #end = 0;
  /** What goes before the open part of the slab, when that is not all there is. */
  #sealed: Uint8Array[] = [];
  #waitingBytes = 0;
  #isFlushDue = false;
  readonly #flushNow = (): void => this.flush();

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.#copiesAtOnce = socket instanceof Socket;
    socket.on('drain', () => {
      if (!this.isBackedUp) this.onDrain();
    });
  }

  /** Bytes not yet taken by the kernel. */
  get unsentBytes(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  get isBackedUp(): boolean {
    return this.#waitingBytes >= BACKED_UP_BYTES || this.#socket.writableNeedDrain;
  }

  /** Adds a frame. `head` is latin1 text. Does nothing when the stream is closed. */
  add(
    type: FrameType,
    status: number,
    id: number,
    head: string,
    figures: FrameFigures,
    body: string | Uint8Array,
  ): void {
    if (!this.#socket.writable) return;
    if (typeof body !== 'string') {
      this.#addHead(type, 0, status, id, head, figures, body.length, body.length <= COPY_BYTES);
      this.#addBody(body, body.length <= COPY_BYTES);
      return;
    }
    const room = body.length * UTF8_BYTES_PER_UNIT;
    if (room > COPY_BYTES) {
      this.add(type, status, id, head, figures, Buffer.from(body));
      return;
    }
    const at = this.#reserve(HEADER_BYTES + head.length + room);
    const slab = this.#slab;
    writeHeader(slab, at, type, 0, status, id, figures);
    const bodyAt = at + HEADER_BYTES + head.length;
    if (head !== '') slab.write(head, at + HEADER_BYTES, head.length, 'latin1');
    this.#end = body === '' ? bodyAt : bodyAt + slab.write(body, bodyAt, room);
    writeLengths(slab, at, this.#end - at, head.length);
    this.#waitingBytes += this.#end - at;
  }

  /** Adds a frame whose body lies in pieces. */
  addPieces(
    type: FrameType,
    flags: number,
    id: number,
    head: string,
    body: readonly Uint8Array[],
    bodyBytes: number,
  ): void {
    if (!this.#socket.writable) return;
    const isCopied = bodyBytes <= COPY_BYTES;
    this.#addHead(type, flags, 0, id, head, NO_FIGURES, bodyBytes, isCopied);
    for (const piece of body) this.#addBody(piece, isCopied);
  }

  /** Writes what has been collected. */
  flush(): void {
    if (!this.#isFlushDue) return;
    this.#isFlushDue = false;
    const wasBackedUp = this.isBackedUp;
    if (this.#sealed.length === 0) {
      if (this.#socket.writable) this.#socket.write(this.#slab.subarray(this.#start, this.#end));
      this.#start = this.#end;
    } else {
      this.#writeSealed();
    }
    this.#waitingBytes = 0;
    if (this.#copiesAtOnce && this.#socket.writableLength === 0) {
      this.#start = 0;
      this.#end = 0;
    }
    this.onFlushed();
    if (wasBackedUp && !this.isBackedUp) this.onDrain();
  }

  #writeSealed(): void {
    this.#seal();
    const sealed = this.#sealed;
    this.#sealed = [];
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const part of sealed) this.#socket.write(part);
    this.#socket.uncork();
  }

  #addHead(
    type: FrameType,
    flags: number,
    status: number,
    id: number,
    head: string,
    figures: FrameFigures,
    bodyBytes: number,
    isCopied: boolean,
  ): void {
    const bytes = HEADER_BYTES + head.length + bodyBytes;
    const at = this.#reserve(isCopied ? bytes : HEADER_BYTES + head.length);
    writeHeader(this.#slab, at, type, flags, status, id, figures);
    writeLengths(this.#slab, at, bytes, head.length);
    if (head !== '') this.#slab.write(head, at + HEADER_BYTES, head.length, 'latin1');
    this.#end = at + HEADER_BYTES + head.length;
    this.#waitingBytes += bytes;
  }

  #addBody(body: Uint8Array, isCopied: boolean): void {
    if (body.length === 0) return;
    if (isCopied) {
      this.#slab.set(body, this.#end);
      this.#end += body.length;
      return;
    }
    this.#seal();
    this.#sealed.push(body);
  }

  /** Makes room in the open part of the slab; returns where it begins. */
  #reserve(bytes: number): number {
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      setImmediate(this.#flushNow);
    }
    if (this.#slab.length - this.#end < bytes) {
      this.#seal();
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.#start = 0;
      this.#end = 0;
    }
    return this.#end;
  }

  #seal(): void {
    if (this.#end > this.#start) this.#sealed.push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}

function nothing(): void {}

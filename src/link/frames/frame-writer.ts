import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  FRAME,
  type FrameFigures,
  type FrameType,
  HEADER_BYTES,
  NO_FIGURES,
  NO_LENGTH,
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
  /** Parts to be written before the open part of the slab. */
  #sealed: Uint8Array[] = [];
  #waitingBytes = 0;
  #isFlushDue = false;
  #isFlushSoon = false;
  #flushAtEnd: NodeJS.Immediate | undefined;
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

  /**
   * Adds a frame that has nothing but its type and id. Like all that add, it does nothing when the
   * stream is closed.
   */
  addBare(type: FrameType, id: number): void {
    this.addReply(type, 0, 0, id, '', NO_FIGURES, NO_LENGTH, '');
  }

  /**
   * Adds a frame of a reply. `head` is latin1 text.
   *
   * @param isAscii known of a text, which is then copied and not encoded
   */
  addReply(
    type: FrameType,
    headNumber: number,
    status: number,
    id: number,
    head: string,
    figures: FrameFigures,
    contentLength: number,
    body: string | Uint8Array,
    isAscii = false,
  ): void {
    if (!this.#socket.writable) return;
    const isText = typeof body === 'string';
    const room = isText && !isAscii ? body.length * UTF8_BYTES_PER_UNIT : body.length;
    if (isText && room > COPY_BYTES) {
      const bytes = Buffer.from(body, isAscii ? 'latin1' : 'utf8');
      this.addReply(type, headNumber, status, id, head, figures, contentLength, bytes);
      return;
    }
    const isCopied = room <= COPY_BYTES;
    const at = this.#reserve(HEADER_BYTES + head.length + (isCopied ? room : 0));
    writeHeader(this.#slab, at, type, headNumber, status, id, figures, contentLength);
    const bodyAt = this.#writeHead(at, head);
    if (isText && body !== '') {
      this.#end = bodyAt + this.#slab.write(body, bodyAt, room, isAscii ? 'latin1' : 'utf8');
    }
    const bytes = isText ? this.#end - at : bodyAt - at + body.length;
    writeLengths(this.#slab, at, bytes, head.length);
    this.#waitingBytes += bytes;
    if (!isText) this.#addBody(body, isCopied);
  }

  /** Adds a request, whose body lies in pieces. `head` is latin1 text. */
  addRequest(
    flags: number,
    linesNumber: number,
    id: number,
    head: string,
    body: readonly Uint8Array[],
    bodyBytes: number,
  ): void {
    this.#addPieces(FRAME.REQUEST, flags, linesNumber, id, head, body, bodyBytes);
  }

  /** Adds what concerns a slice of a request. `head` is latin1 text. */
  addSlice(type: FrameType, id: number, head: string, body: readonly Uint8Array[]): void {
    let bytes = 0;
    for (const { length } of body) bytes += length;
    this.#addPieces(type, 0, 0, id, head, body, bytes);
  }

  #addPieces(
    type: FrameType,
    mark: number,
    status: number,
    id: number,
    head: string,
    body: readonly Uint8Array[],
    bodyBytes: number,
  ): void {
    if (!this.#socket.writable) return;
    const isCopied = bodyBytes <= COPY_BYTES;
    const bytes = HEADER_BYTES + head.length + bodyBytes;
    const at = this.#reserve(isCopied ? bytes : HEADER_BYTES + head.length);
    writeHeader(this.#slab, at, type, mark, status, id, NO_FIGURES);
    this.#writeHead(at, head);
    writeLengths(this.#slab, at, bytes, head.length);
    this.#waitingBytes += bytes;
    for (const piece of body) this.#addBody(piece, isCopied);
  }

  /**
   * Nothing more is to come for now: writes what was collected as soon as the running code returns,
   * and not at the end of the turn.
   */
  flushSoon(): void {
    if (!this.#isFlushDue || this.#isFlushSoon) return;
    this.#isFlushSoon = true;
    process.nextTick(this.#flushNow);
  }

  /** Writes what has been collected. */
  flush(): void {
    this.#isFlushSoon = false;
    if (!this.#isFlushDue) return;
    this.#isFlushDue = false;
    clearImmediate(this.#flushAtEnd);
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

  /** Returns where the body begins. */
  #writeHead(at: number, head: string): number {
    const headAt = at + HEADER_BYTES;
    if (head !== '') this.#slab.write(head, headAt, head.length, 'latin1');
    this.#end = headAt + head.length;
    return this.#end;
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
      this.#flushAtEnd = setImmediate(this.#flushNow);
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

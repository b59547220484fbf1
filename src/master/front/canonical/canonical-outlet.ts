import type { Outlet, WholeReply } from '../outlet.js';
import { answerHead, FORM } from './answer-head.js';
import { readyReply } from './ready-reply.js';
import type { Turns } from './turns.js';

/** Up to this size a body is written in one string with its head: one write, not two. */
const ONE_WRITE_BYTES = 16 * 1024;

type Callback = () => void;

/**
 * The answer to a request that was read straight from the socket.
 *
 * held → in turn → ended → closed: until its turn comes, what is written is kept.
 */
export class CanonicalOutlet implements Outlet {
  hasTurn = false;
  isEnded = false;
  isClosed = false;
  readonly #turns: Turns;
  readonly #isOfHead: boolean;
  #form = 0;
  #isCut = false;
  #held: (string | Buffer)[] | undefined = undefined;
  #heldBytes = 0;
  #turnCallback: Callback | undefined = undefined;
  #drainCallback: Callback | undefined = undefined;
  #closeCallbacks: Callback[] | undefined = undefined;

  constructor(turns: Turns, isOfHead: boolean) {
    this.#turns = turns;
    this.#isOfHead = isOfHead;
    turns.add(this);
  }

  /** The connection ends behind it. */
  get isLast(): boolean {
    return (this.#form & FORM.LAST) !== 0;
  }

  whole(status: number, headers: readonly string[], body: Buffer): void {
    this.#writeWhole(this.#head(status, headers), body);
  }

  reply(reply: WholeReply, requestId: string, body: Buffer): void {
    const ready = readyReply(reply, this.#isOfHead);
    this.#form = ready.form;
    const clock = this.#turns.clock.at(Date.now());
    this.#writeWhole(ready.text(reply.contentLength, requestId, clock), body);
  }

  begin(status: number, headers: readonly string[]): void {
    this.#write(this.#head(status, headers));
  }

  chunk(chunk: Buffer): boolean {
    if ((this.#form & FORM.BODY) === 0) return true;
    if ((this.#form & FORM.CHUNKED) !== 0) this.#writeChunk(chunk);
    else this.#write(chunk);
    const { socket, writing } = this.#turns;
    if (this.hasTurn) return !writing.isFull;
    return this.#heldBytes < socket.writableHighWaterMark;
  }

  end(trailers: readonly string[]): void {
    if ((this.#form & (FORM.BODY | FORM.CHUNKED)) === (FORM.BODY | FORM.CHUNKED)) {
      let lines = '';
      for (let i = 0; i < trailers.length; i += 2)
        lines += `${trailers[i]}: ${trailers[i + 1]}\r\n`;
      this.#write(`0\r\n${lines}\r\n`);
    }
    this.#end();
  }

  cut(): void {
    this.#isCut = true;
    if (this.hasTurn) this.#turns.socket.destroy();
  }

  /** A client that waits for it has sent `Expect`, which is not canonical. */
  sendContinue(): void {}

  /** The reader throws away what nobody takes. */
  discardBody(): void {}

  /** What has come is taken in at once. */
  get hasWholeBody(): boolean {
    return false;
  }

  get untakenBytes(): number {
    if (this.isClosed) return 0;
    return this.hasTurn ? this.#turns.writing.waitingBytes : this.#heldBytes;
  }

  onTurn(callback: Callback): void {
    this.#turnCallback = callback;
  }

  onClose(callback: Callback): void {
    this.#closeCallbacks ??= [];
    this.#closeCallbacks.push(callback);
  }

  onDrain(callback: Callback): void {
    this.#drainCallback = callback;
  }

  /** Everything before it is out: writes what was held of it. */
  takeTurn(): void {
    this.hasTurn = true;
    if (this.#held !== undefined) this.#release(this.#held);
    if (this.#isCut) this.#turns.socket.destroy();
    this.#turnCallback?.();
    if (!this.#turns.writing.isFull) this.drained();
  }

  drained(): void {
    const callback = this.#drainCallback;
    this.#drainCallback = undefined;
    callback?.();
  }

  close(): void {
    this.isClosed = true;
    const callbacks = this.#closeCallbacks;
    this.#closeCallbacks = undefined;
    if (callbacks !== undefined) for (const callback of callbacks) callback();
  }

  #head(status: number, headers: readonly string[]): string {
    const clock = this.#turns.clock.at(Date.now());
    const { text, form } = answerHead(status, headers, this.#isOfHead, clock);
    this.#form = form;
    return text;
  }

  #end(): void {
    this.isEnded = true;
    if (this.hasTurn) this.#turns.advance();
  }

  #writeWhole(head: string, body: Buffer): void {
    if ((this.#form & FORM.BODY) === 0) this.#write(head);
    else if ((this.#form & FORM.CHUNKED) !== 0) {
      this.#write(head);
      this.#writeChunk(body);
      this.#write('0\r\n\r\n');
    } else if (body.length <= ONE_WRITE_BYTES) this.#write(head + body.toString('latin1'));
    else this.#writeBoth(head, body);
    this.#end();
  }

  #writeChunk(chunk: Buffer): void {
    if (chunk.length === 0) return;
    const { socket } = this.#turns;
    socket.cork();
    this.#write(`${chunk.length.toString(16)}\r\n`);
    this.#write(chunk);
    this.#write('\r\n');
    socket.uncork();
  }

  #writeBoth(head: string, body: Buffer): void {
    const { socket } = this.#turns;
    socket.cork();
    this.#write(head);
    this.#write(body);
    socket.uncork();
  }

  #write(part: string | Buffer): void {
    if (!this.hasTurn) {
      this.#held ??= [];
      this.#held.push(part);
      this.#heldBytes += part.length;
      this.#turns.heldBytes += part.length;
    } else if (typeof part === 'string') this.#turns.writing.text(part);
    else this.#turns.writing.bytes(part);
  }

  #release(parts: readonly (string | Buffer)[]): void {
    const { socket } = this.#turns;
    this.#held = undefined;
    this.#turns.heldBytes -= this.#heldBytes;
    this.#heldBytes = 0;
    socket.cork();
    for (const part of parts) this.#write(part);
    socket.uncork();
  }
}

import { FRAME, LENGTH_HERE } from '../frames/frame.js';
import { checkHeaderValue, type HeaderValue, headerKey } from '../frames/header-rules.js';
import { NO_FACTS, type ReplyFacts } from '../frames/reply-facts.js';
import { bodyOf, callbackOf, type Done } from './body-arguments.js';
import { hasListeners } from './light-emitter.js';
import type { LinkRequest } from './link-request.js';
import type { LinkSocket } from './link-socket.js';
import { nodeError, streamDestroyed, writeAfterEnd } from './node-error.js';
import { emitClose, emitRefusal } from './reply-events.js';
import { addChunks, addEnd, addHead, MAX_WHOLE_BYTES } from './reply-frames.js';
import type { ReplyOutlet } from './reply-outlet.js';
import { ReplySurface } from './reply-surface.js';

/** A text up to this length fits in one frame, whatever its characters. */
const MOST_PLAIN_LENGTH = MAX_WHOLE_BYTES / 4;
const JSON_HEAD = `content-type\napplication/json\ncontent-length\n${LENGTH_HERE}\n`;

/**
 * A reply as a handler sees it: `ServerResponse` to all appearances.
 *
 * open → ended (`end` was called) → closed (its frames are written; 'finish' and
 * 'close' are out), or open → destroyed, which aborts it for the master, too.
 * One `end` with no `write` before it makes one frame.
 */
export class LinkReply extends ReplySurface {
  readonly id: number;
  /** What `noteFacts` noted. */
  facts: ReplyFacts = NO_FACTS;
  destroyed = false;
  closed = false;
  errored: Error | null = null;
  /** `end` was called. */
  finished = false;
  readonly #outlet: ReplyOutlet;
  /** The head is on its way: the reply is streamed. */
  #hasBegun = false;
  #isSent = false;
  #isPaused = false;
  #isRunning = false;
  #needsDrain = false;
  #trailers: string | undefined = undefined;

  constructor(request: LinkRequest, id: number, outlet: ReplyOutlet) {
    super(request);
    this.id = id;
    this.#outlet = outlet;
    request.answeredBy(this);
  }

  get socket(): LinkSocket | null {
    return this.closed ? null : this.req.socket;
  }

  get connection(): LinkSocket | null {
    return this.socket;
  }

  get writableEnded(): boolean {
    return this.finished;
  }

  get writableFinished(): boolean {
    return this.#isSent;
  }

  get writableLength(): number {
    return this.#isSent ? 0 : this.#outlet.writer.unsentBytes;
  }

  get writableNeedDrain(): boolean {
    return !this.destroyed && !this.finished && this.#needsDrain;
  }

  flushHeaders(): void {
    if (this.head === undefined) this.writeHead(this.statusCode);
    this.#begin();
  }

  write(chunk: string | Uint8Array, encoding?: BufferEncoding | Done | null, done?: Done): boolean {
    const callback = typeof encoding === 'function' ? encoding : done;
    const body = bodyOf(chunk, typeof encoding === 'function' ? null : encoding);
    if (this.finished || this.destroyed) return this.#refuse('write', callback);
    if (this.head === undefined) this.writeHead(this.statusCode);
    if (!this.hasBody) {
      if (callback) process.nextTick(callback);
      return true;
    }
    this.#begin();
    if (body.length > 0) addChunks(this.#outlet, this, body);
    if (callback) this.#outlet.afterFlush(callback);
    if (!this.#isPaused && !this.#outlet.writer.isBackedUp) return true;
    this.#needsDrain = true;
    this.#outlet.notifyDrained(this);
    return false;
  }

  end(
    chunk?: string | Uint8Array | Done | null,
    encoding?: BufferEncoding | Done | null,
    done?: Done | null,
  ): this {
    const callback = callbackOf(chunk, encoding, done);
    const given = typeof chunk === 'function' || !chunk ? '' : chunk;
    if (this.finished) return this.#endAgain(given !== '', callback);
    const body =
      given === '' ? given : bodyOf(given, encoding as BufferEncoding | null | undefined);
    if (this.head === undefined && !this.destroyed) {
      this.wholeBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
      this.writeHead(this.statusCode);
    }
    if (callback) this.once('finish', callback);
    this.finished = true;
    if (this.destroyed) return this;
    this.#sendLast(this.hasBody ? body : '');
    this.#outlet.forget(this);
    this.#outlet.notifySent(this);
    return this;
  }

  /** Ends it with JSON and the headers of such a body; of ASCII nobody need count the bytes. */
  endJson(text: string, isAscii: boolean): void {
    if (this.destroyed || this.finished || text.length > MOST_PLAIN_LENGTH) {
      this.writeHead(200, { 'content-type': 'application/json' }).end(text);
      return;
    }
    this.head = JSON_HEAD;
    this.contentLength = isAscii ? text.length : Buffer.byteLength(text);
    this.finished = true;
    addHead(this.#outlet, FRAME.REPLY, this, text, isAscii);
    this.#outlet.forget(this);
    this.#outlet.notifySent(this);
  }

  addTrailers(
    trailers: Record<string, HeaderValue> | readonly (readonly [string, HeaderValue])[],
  ): void {
    let lines = '';
    const all = Array.isArray(trailers) ? trailers : Object.entries(trailers);
    for (const [name, value] of all) {
      headerKey(name);
      for (const each of Array.isArray(value) ? value : [value]) {
        checkHeaderValue(name, each);
        lines += `${name}\n${each}\n`;
      }
    }
    this.#trailers = lines;
  }

  destroy(error?: Error | null): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    this.errored = error ?? null;
    // What has ended is on its way; it is not taken back.
    if (this.finished) return this;
    if (!this.#isRunning) this.#tellAborted();
    this.#outlet.forget(this);
    this.req.abort();
    process.nextTick(emitClose, this);
    return this;
  }

  runBegan(): void {
    this.#isRunning = true;
  }

  /** An abort is told only now: until here the worker was busy with it. */
  runEnded(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    if (this.destroyed && !this.finished) this.#tellAborted();
  }

  #tellAborted(): void {
    this.#outlet.writer.addBare(FRAME.REPLY_ABORTED, this.id);
  }

  /** The master's client reads too slowly. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.drained();
  }

  /** There is room again on the link. */
  drained(): void {
    if (this.#isPaused || !this.writableNeedDrain) return;
    if (this.#outlet.writer.isBackedUp) {
      this.#outlet.notifyDrained(this);
      return;
    }
    this.#needsDrain = false;
    this.emit('drain');
  }

  /** The last frame is written. */
  sent(): void {
    this.#isSent = true;
    if (hasListeners(this)) {
      if (!this.destroyed) this.emit('finish');
      process.nextTick(emitClose, this);
    } else {
      this.destroyed = true;
      this.closed = true;
    }
    this.req.dump();
  }

  setTimeout(timeoutMs: number, listener?: () => void): this {
    if (listener !== undefined) this.on('timeout', listener);
    this.socket?.setTimeout(timeoutMs);
    return this;
  }

  #begin(): void {
    if (this.#hasBegun || this.destroyed || !this.hasBody) return;
    this.#hasBegun = true;
    addHead(this.#outlet, FRAME.REPLY_HEAD, this, '');
  }

  #sendLast(body: string | Uint8Array): void {
    const trailers = this.chunkedEncoding && this.hasBody ? this.#trailers : undefined;
    if (!this.#hasBegun && trailers === undefined && body.length <= MAX_WHOLE_BYTES) {
      addHead(this.#outlet, FRAME.REPLY, this, body);
      return;
    }
    this.#begin();
    if (body.length > 0) addChunks(this.#outlet, this, body);
    addEnd(this.#outlet, this, trailers ?? '');
  }

  #endAgain(hasChunk: boolean, callback: Done | undefined): this {
    if (hasChunk) {
      this.#refuse('end', callback);
    } else if (callback !== undefined) {
      if (this.#isSent) {
        callback(
          nodeError('ERR_STREAM_ALREADY_FINISHED', 'Cannot call end after a stream was finished'),
        );
      } else {
        this.on('finish', callback);
      }
    }
    return this;
  }

  /** Nothing may be written any more: says so as Node does, an error event only while open. */
  #refuse(verb: string, callback: Done | undefined): false {
    const error = this.finished ? writeAfterEnd() : streamDestroyed(verb);
    process.nextTick(emitRefusal, this, error, callback);
    return false;
  }
}

import type { Duplex } from 'node:stream';
import { type ClientFacts, UNKNOWN_CLIENT } from './frames/client-facts.js';
import {
  bodyStart,
  FLAG,
  FRAME,
  frameFigures,
  frameId,
  frameStatus,
  frameType,
  headFields,
  NO_FIGURES,
  ProtocolError,
} from './frames/frame.js';
import { FrameReader } from './frames/frame-reader.js';
import { FrameWriter } from './frames/frame-writer.js';
import { knownCode, type ReplyFacts } from './frames/reply-facts.js';
import { readLastWords } from './process/last-words.js';

/** What the master does with frames of a worker. Headers and trailers are flat: name, value, name, value. */
export type ReplyHandlers = {
  /** A whole reply in one frame: the common case. */
  reply(id: number, status: number, headers: string[], facts: ReplyFacts, body: Buffer): void;
  /** A streamed reply: its head, any number of chunks, then its end or `replyAborted`. */
  replyHead(id: number, status: number, headers: string[], facts: ReplyFacts): void;
  replyChunk(id: number, chunk: Buffer): void;
  replyEnd(id: number, trailers: string[], facts: ReplyFacts): void;
  /** The reply will never be complete: its handler destroyed it, or `cancel` has reached it. */
  replyAborted(id: number): void;
  /**
   * The stream is read to its end; fires exactly once, after all complete frames.
   * With a reason when it broke instead of ending.
   */
  ended(reason?: Error): void;
};

/**
 * The master's end of the stream to one worker. Frames sent in one event-loop
 * turn are written together; sending to a worker that is gone does nothing.
 */
export class MasterEnd {
  /** Called when `isBackedUp` has turned false again. */
  onDrain: () => void = nothing;

  readonly #socket: Duplex;
  readonly #handlers: ReplyHandlers;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  #reason: Error | undefined;
  #hasEnded = false;

  constructor(socket: Duplex, handlers: ReplyHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#writer = new FrameWriter(socket);
    this.#writer.onDrain = () => this.onDrain();
    this.#reader = new FrameReader((buffer, start, end) => this.#deliver(buffer, start, end));
    readLastWords(socket, (chunk) => this.#read(chunk));
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => {
      this.#reason ??= error;
    });
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** The worker reads more slowly than it is written to: send nothing more before `onDrain`. */
  get isBackedUp(): boolean {
    return this.#writer.isBackedUp;
  }

  /**
   * Sends a request. `headers` are flat and as received; they, the method and the
   * URL must be latin1 without line feeds, as Node's HTTP parser gives them. The
   * body may lie in any number of pieces, `bodyBytes` together.
   */
  send(
    id: number,
    method: string,
    url: string,
    headers: readonly string[],
    body: readonly Uint8Array[],
    bodyBytes: number,
    client: ClientFacts = UNKNOWN_CLIENT,
  ): void {
    const lines = headers.length === 0 ? '' : `${headers.join('\n')}\n`;
    const head = `${lines}${method}\n${url}\n${client.address} ${client.port}`;
    const flags = (client.isHttp10 ? FLAG.HTTP_1_0 : 0) | (client.isEncrypted ? FLAG.ENCRYPTED : 0);
    this.#writer.addPieces(FRAME.REQUEST, flags, id, head, body, bodyBytes);
  }

  /** The client left: the worker's request and reply are destroyed, and `replyAborted` follows if no reply was on its way. */
  cancel(id: number): void {
    this.#writer.add(FRAME.CANCEL, 0, id, '', NO_FIGURES, '');
  }

  /** The client reads a streamed reply too slowly: its source in the worker waits until `resume`. */
  pause(id: number): void {
    this.#writer.add(FRAME.PAUSE, 0, id, '', NO_FIGURES, '');
  }

  resume(id: number): void {
    this.#writer.add(FRAME.RESUME, 0, id, '', NO_FIGURES, '');
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const fault = this.#reader.take(chunk);
    if (fault === undefined) return;
    this.#reason ??= fault;
    this.#socket.destroy();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#reader.stop();
    this.#socket.destroy();
    this.#handlers.ended(this.#reason);
  }

  #deliver(buffer: Buffer, at: number, end: number): void {
    const id = frameId(buffer, at);
    const start = bodyStart(buffer, at, end);
    switch (frameType(buffer, at)) {
      case FRAME.REPLY: {
        const headers = headFields(buffer, at, start);
        const facts = takeFacts(headers, buffer, at);
        this.#handlers.reply(
          id,
          frameStatus(buffer, at),
          headers,
          facts,
          buffer.subarray(start, end),
        );
        return;
      }
      case FRAME.REPLY_HEAD: {
        const headers = headFields(buffer, at, start);
        const facts = takeFacts(headers, buffer, at);
        this.#handlers.replyHead(id, frameStatus(buffer, at), headers, facts);
        return;
      }
      case FRAME.REPLY_CHUNK:
        this.#handlers.replyChunk(id, buffer.subarray(start, end));
        return;
      case FRAME.REPLY_END: {
        const trailers = headFields(buffer, at, start);
        this.#handlers.replyEnd(id, trailers, takeFacts(trailers, buffer, at));
        return;
      }
      case FRAME.REPLY_ABORTED:
        this.#handlers.replyAborted(id);
        return;
      default:
        throw new ProtocolError(`a worker sent a frame of type ${frameType(buffer, at)}`);
    }
  }
}

/** Takes the facts off the end of the fields, which leaves the headers. */
function takeFacts(fields: string[], buffer: Buffer, at: number): ReplyFacts {
  const code = fields.pop();
  const version = fields.pop() ?? '';
  const model = fields.pop() ?? '';
  const route = fields.pop();
  if (code === undefined || route === undefined || fields.length % 2 !== 0) {
    throw new ProtocolError('a reply head without its facts');
  }
  const figures = frameFigures(buffer, at);
  return { route, model, version, code: knownCode(code), figures };
}

function nothing(): void {}

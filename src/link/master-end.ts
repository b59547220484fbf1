import type { Duplex } from 'node:stream';
import type { ClientFacts } from './frames/client-facts.js';
import {
  bodyStart,
  FLAG,
  FRAME,
  type FrameFigures,
  frameContentLength,
  frameFigures,
  frameId,
  frameMark,
  frameStatus,
  frameType,
  HEADER_BYTES,
  headText,
  ProtocolError,
} from './frames/frame.js';
import { FrameReader } from './frames/frame-reader.js';
import { FrameWriter } from './frames/frame-writer.js';
import { HeadNumbers, HeardHeads, ToldHeads } from './frames/head-numbers.js';
import { ReplyLines } from './frames/reply-lines.js';
import type { RequestLines } from './frames/request-lines.js';
import { readLastWords } from './process/last-words.js';
import { MasterSlices, type SliceHandlers } from './slices/master-slices.js';

/** What the master does with frames of a worker. `contentLength` is what a reply states of its body; else `NO_LENGTH`. */
export type ReplyHandlers = {
  /** A whole reply in one frame: the common case. */
  reply(
    id: number,
    status: number,
    lines: ReplyLines,
    contentLength: number,
    figures: FrameFigures,
    body: Buffer,
  ): void;
  /** A streamed reply: its head, any number of chunks, then its end or `replyAborted`. */
  replyHead(
    id: number,
    status: number,
    lines: ReplyLines,
    contentLength: number,
    figures: FrameFigures,
  ): void;
  replyChunk(id: number, chunk: Buffer): void;
  /** Its trailers stand in the place of headers. */
  replyEnd(id: number, lines: ReplyLines, figures: FrameFigures): void;
  /** The reply will never be complete: its handler destroyed it, or `cancel` has reached it. */
  replyAborted(id: number): void;
  /** Slices of large requests; absent: nobody takes them. */
  readonly slices?: SliceHandlers;
  /**
   * The stream is read to its end; fires exactly once, after all complete frames.
   * With a reason when it broke instead of ending.
   */
  ended(reason?: Error): void;
};

/** What differs between requests that have the same lines. */
export type SentRequest = {
  readonly requestId: string;
  /** In any number of pieces, `bytes` together. */
  readonly body: readonly Uint8Array[];
  readonly bytes: number;
  /** It came with a length, be it zero. */
  readonly hasLength: boolean;
  readonly client: ClientFacts;
  /** It must not begin before everything sent before it is answered. */
  readonly isStandby?: boolean;
};

/** Shared by all links of this process, so that a request is looked up only once. */
const requestNumbers = new HeadNumbers();

/**
 * The master's end of the stream to one worker. Frames sent in one event-loop
 * turn are written together; sending to a worker that is gone does nothing.
 */
export class MasterEnd {
  /** Called when `isBackedUp` has turned false again. */
  onDrain: () => void = nothing;
  readonly slices: MasterSlices;

  readonly #socket: Duplex;
  readonly #handlers: ReplyHandlers;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #told: ToldHeads = new ToldHeads();
  readonly #heard: HeardHeads<ReplyLines> = new HeardHeads();
  #reason: Error | undefined;
  #hasEnded = false;

  constructor(socket: Duplex, handlers: ReplyHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#writer = new FrameWriter(socket);
    this.#writer.onDrain = () => this.onDrain();
    this.slices = new MasterSlices(this.#writer, handlers.slices);
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

  /** Sends a request. */
  send(id: number, lines: RequestLines, request: SentRequest): void {
    const { client, requestId, body, bytes } = request;
    const own = `${requestId}\n${client.address} ${client.port}`;
    const number = lines.numberIn(requestNumbers);
    const isTold = this.#told.tell(number, requestNumbers.generation);
    const flags =
      (client.isHttp10 ? FLAG.HTTP_1_0 : 0) |
      (client.isEncrypted ? FLAG.ENCRYPTED : 0) |
      (request.hasLength ? FLAG.HAS_LENGTH : 0) |
      (isTold ? 0 : FLAG.LINES) |
      (request.isStandby === true ? FLAG.STANDBY : 0);
    const head = isTold ? own : `${own}\n${lines.text}`;
    this.#writer.addRequest(flags, number, id, head, body, bytes);
  }

  /** The client left: the worker's request and reply are destroyed, and `replyAborted` follows if no reply was on its way. */
  cancel(id: number): void {
    this.#writer.addBare(FRAME.CANCEL, id);
  }

  /** The client reads a streamed reply too slowly: its source in the worker waits until `resume`. */
  pause(id: number): void {
    this.#writer.addBare(FRAME.PAUSE, id);
  }

  resume(id: number): void {
    this.#writer.addBare(FRAME.RESUME, id);
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
    const figures = frameFigures(buffer, at);
    switch (frameType(buffer, at)) {
      case FRAME.REPLY: {
        const lines = this.#lines(buffer, at, start);
        const body = buffer.subarray(start, end);
        const contentLength = frameContentLength(buffer, at);
        this.#handlers.reply(id, frameStatus(buffer, at), lines, contentLength, figures, body);
        return;
      }
      case FRAME.REPLY_HEAD: {
        const lines = this.#lines(buffer, at, start);
        const contentLength = frameContentLength(buffer, at);
        this.#handlers.replyHead(id, frameStatus(buffer, at), lines, contentLength, figures);
        return;
      }
      case FRAME.REPLY_CHUNK:
        this.#handlers.replyChunk(id, buffer.subarray(start, end));
        return;
      case FRAME.REPLY_END:
        this.#handlers.replyEnd(id, new ReplyLines(headText(buffer, at, start)), figures);
        return;
      case FRAME.REPLY_ABORTED:
        this.#handlers.replyAborted(id);
        return;
      default:
        if (this.slices.take(buffer, at, end)) return;
        throw new ProtocolError(`a worker sent a frame of type ${frameType(buffer, at)}`);
    }
  }

  /** What the head says, or its number if there is none. */
  #lines(buffer: Buffer, at: number, start: number): ReplyLines {
    const number = frameMark(buffer, at);
    if (start > at + HEADER_BYTES) {
      return this.#heard.keep(number, new ReplyLines(headText(buffer, at, start)));
    }
    const known = this.#heard.get(number);
    if (known === undefined) throw new ProtocolError(`a reply with the unknown head ${number}`);
    return known;
  }
}

function nothing(): void {}

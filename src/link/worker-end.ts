import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { cancelledIn } from './frames/foresight.js';
import {
  bodyStart,
  FLAG,
  FRAME,
  frameId,
  frameMark,
  frameStatus,
  frameType,
  headText,
  ProtocolError,
} from './frames/frame.js';
import { FrameReader } from './frames/frame-reader.js';
import { FrameWriter } from './frames/frame-writer.js';
import { HeardHeads } from './frames/head-numbers.js';
import { LinkReply } from './server/link-reply.js';
import { LinkRequest } from './server/link-request.js';
import { LinkServer } from './server/link-server.js';
import { OpenReplies } from './server/open-replies.js';
import { ReplyHeads } from './server/reply-heads.js';
import type { ReplyOutlet } from './server/reply-outlet.js';
import { RequestTemplate } from './server/request-template.js';
import { StandbyHold } from './server/standby-hold.js';
import { WorkerSlices } from './slices/worker-slices.js';

type Handler = (request: IncomingMessage, reply: ServerResponse) => void;

/**
 * The worker's end of the stream to its master: a server for Fastify.
 *
 * ```ts
 * const end = new WorkerEnd(4);
 * const app = fastify({ serverFactory: end.serverFactory });
 * await app.ready();
 * end.start();
 * ```
 */
export class WorkerEnd {
  /** Called once when the master is gone or the stream broke; with a reason when it broke. */
  onEnd: (reason?: Error) => void = nothing;
  /** Slices of large requests: its own that others run, and others' that it runs. */
  readonly slices: WorkerSlices;

  readonly #socket: Duplex;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #outlet: ReplyOutlet;
  readonly #heard: HeardHeads<RequestTemplate> = new HeardHeads();
  readonly #open: OpenReplies = new OpenReplies();
  readonly #hold: StandbyHold = new StandbyHold(
    (request, id) => this.#handHeld(request, id),
    () => this.#open.count === 0,
  );
  #handler: Handler | undefined;
  #sent: LinkReply[] = [];
  #waiting: Set<LinkReply> = new Set();
  #afterFlush: (() => void)[] = [];
  readonly #readsItself: boolean;
  #hasStarted = false;
  #reason: Error | undefined;
  /**
   * Requests that come in this read and are cancelled in it, too: taken back while this process
   * computed, and never begun.
   */
  #cancelled: ReadonlyMap<number, number> | undefined;
  #hasEnded = false;

  /** @param link the stream, or its descriptor: then it is read to where bodies stay */
  constructor(link: Duplex | number) {
    this.#reader = new FrameReader((buffer, start, end) => this.#deliver(buffer, start, end));
    const socket = typeof link === 'number' ? this.#socketOf(link) : link;
    this.#socket = socket;
    this.#readsItself = typeof link === 'number';
    this.#writer = new FrameWriter(socket);
    this.#writer.onFlushed = () => this.#flushed();
    this.#writer.onDrain = () => this.#drained();
    this.slices = new WorkerSlices(this.#writer);
    this.#reader.onRead = (chunk, from) => {
      this.#cancelled = cancelledIn(chunk, from);
    };
    this.#outlet = {
      writer: this.#writer,
      heads: new ReplyHeads(),
      forget: (reply) => this.#forget(reply),
      notifySent: (reply) => this.#sent.push(reply),
      notifyDrained: (reply) => this.#waiting.add(reply),
      afterFlush: (done) => this.#afterFlush.push(done),
    };
    socket.on('error', (error) => {
      this.#reason ??= error;
    });
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** Fastify's `serverFactory` option. */
  readonly serverFactory = (handler: Handler): Server => {
    this.#handler = handler;
    return new LinkServer() as unknown as Server;
  };

  /** Requests handed to the app and not yet answered, and those that soon are. */
  get openRequests(): number {
    return this.#open.count + this.#hold.count;
  }

  /** Begins to read; the app must be ready. */
  start(): void {
    if (this.#handler === undefined) throw new Error('start() before an app was built on the link');
    this.#hasStarted = true;
    if (!this.#readsItself) this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** Writes what is left and ends the stream; settles also when the master is already gone. */
  close(): Promise<void> {
    this.#writer.flush();
    if (this.#socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once('close', resolve);
      this.#socket.end(() => resolve());
    });
  }

  /** Asked where to read to, the socket makes no buffer for each read, and copies nothing of a long body. */
  #socketOf(fd: number): Socket {
    const buffer = (): Uint8Array => this.#reader.space();
    const callback = (bytes: number): boolean => {
      this.#hold.reads();
      if (this.#hasStarted) this.#delivered(this.#reader.took(bytes));
      else this.#delivered(new ProtocolError('the master sent something before it was told to'));
      return true;
    };
    // Node's types know `onread` of `connect` only.
    const options: SocketConstructorOpts & ConnectOpts = { fd, onread: { buffer, callback } };
    return new Socket(options);
  }

  #read(chunk: Buffer): void {
    this.#hold.reads();
    this.#delivered(this.#reader.take(chunk));
  }

  /** A read has been delivered, or was no frames. */
  #delivered(fault: ProtocolError | undefined): void {
    this.#cancelled = undefined;
    if (fault === undefined) return;
    this.#reason ??= fault;
    this.#socket.destroy();
  }

  #deliver(buffer: Buffer, at: number, end: number): void {
    const id = frameId(buffer, at);
    switch (frameType(buffer, at)) {
      case FRAME.REQUEST:
        this.#handle(id, buffer, at, end);
        return;
      case FRAME.CANCEL:
        if (this.#hold.cancel(id)) this.#writer.addBare(FRAME.REPLY_ABORTED, id);
        else this.#open.find(id)?.destroy();
        return;
      case FRAME.PAUSE:
        this.#open.find(id)?.pause();
        return;
      case FRAME.RESUME:
        this.#open.find(id)?.resume();
        return;
      default:
        if (this.slices.take(buffer, at, end)) return;
        throw new ProtocolError(`the master sent a frame of type ${frameType(buffer, at)}`);
    }
  }

  #handle(id: number, buffer: Buffer, at: number, end: number): void {
    const start = bodyStart(buffer, at, end);
    const flags = frameMark(buffer, at);
    let own = headText(buffer, at, start);
    let template = this.#heard.get(frameStatus(buffer, at));
    if ((flags & FLAG.LINES) !== 0) {
      const linesAt = own.indexOf('\n', own.indexOf('\n') + 1) + 1;
      template = new RequestTemplate(own.slice(linesAt));
      this.#heard.keep(frameStatus(buffer, at), template);
      own = own.slice(0, linesAt - 1);
    }
    if (template === undefined) throw new ProtocolError('a request with an unknown head');
    if (this.#cancelled !== undefined && (this.#cancelled.get(id) ?? -1) > at) {
      this.#writer.addBare(FRAME.REPLY_ABORTED, id);
      return;
    }
    const request = new LinkRequest(template, own, flags, buffer.subarray(start, end));
    const isStandby = (flags & FLAG.STANDBY) !== 0;
    if (this.#hold.count > 0) this.#hold.hold(request, id, isStandby);
    else if (!isStandby) this.#hand(request, id);
    // Requests of the same read run at the end of this turn; a standby must not join their batch.
    else if (this.#open.count > 0) process.nextTick(() => this.#handStandby(request, id));
    else this.#handStandby(request, id);
  }

  /** Finished answers are written first: their clients need not wait for another run. */
  #handStandby(request: LinkRequest, id: number): void {
    if (this.#hasEnded) return;
    this.#writer.flush();
    if (this.#hold.mayBegin()) this.#hand(request, id);
    else this.#hold.hold(request, id, true);
  }

  #handHeld(request: LinkRequest, id: number): void {
    if (!this.#hasEnded) this.#hand(request, id);
  }

  #hand(request: LinkRequest, id: number): void {
    const reply = new LinkReply(request, id, this.#outlet);
    this.#open.add(reply);
    try {
      this.#handler?.(request as unknown as IncomingMessage, reply as unknown as ServerResponse);
    } catch (error) {
      // Uncaught, as it would be on a real server, but not in the middle of the
      // turn: the frames behind this one are other people's requests.
      process.nextTick(rethrow, error);
    }
  }

  /** Nothing more is owed, so nothing more will be collected: it may be written now. */
  #forget(reply: LinkReply): void {
    this.#open.remove(reply);
    if (this.#open.count > 0) return;
    this.#writer.flushSoon();
    this.#hold.answered();
  }

  #flushed(): void {
    if (this.#sent.length > 0) {
      const sent = this.#sent;
      this.#sent = [];
      for (const reply of sent) reply.sent();
    }
    if (this.#afterFlush.length > 0) {
      const done = this.#afterFlush;
      this.#afterFlush = [];
      for (const each of done) each();
    }
  }

  #drained(): void {
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const reply of waiting) reply.drained();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#reader.stop();
    this.#socket.destroy();
    for (const reply of this.#open.takeAll()) reply.destroy();
    this.onEnd(this.#reason);
  }
}

function rethrow(error: unknown): never {
  throw error;
}

function nothing(): void {}

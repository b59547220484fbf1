import type { ReplyLines } from '../../link/frames/reply-lines.js';

/** What a worker says before its body. */
export type WholeReply = {
  readonly status: number;
  /** The same object for all replies with the same lines. */
  readonly lines: ReplyLines;
  /** Stands in its place among the lines, where they have one. */
  readonly contentLength: number;
};

/**
 * Where the answer to one request goes, whichever way the request came: through
 * `node:http`, or read straight from the socket. Nothing outside of `front/` and
 * nothing that decides knows which.
 */
export type Outlet = {
  /** A whole answer. `headers` is a flat list. */
  whole(status: number, headers: readonly string[], body: Buffer): void;
  /** A worker's whole reply as the answer, to which nothing is added but the id of its request. */
  reply(reply: WholeReply, requestId: string, body: Buffer): void;
  /** The head of a streamed answer: it leaves at once. */
  begin(status: number, headers: readonly string[]): void;
  /** @returns false: the client reads too slowly; `onDrain` tells when it has caught up */
  chunk(chunk: Buffer): boolean;
  /** @param trailers a flat list */
  end(trailers: readonly string[]): void;
  /** The answer cannot be completed: the client sees its connection cut. */
  cut(): void;
  /** Lets a client go on that waits for `100 Continue`. */
  sendContinue(): void;
  /** What still comes of the request's body is thrown away. */
  discardBody(): void;
  /** All of the request's body has come, though it may not be taken in yet. */
  readonly hasWholeBody: boolean;
  /** Of this answer, what the client's kernel or ours has not taken. */
  readonly untakenBytes: number;
  /** All of the answer has left. */
  readonly isClosed: boolean;
  /** It has the connection: the answers before it are out. */
  readonly hasTurn: boolean;
  /** Calls back when it gets the connection, once. */
  onTurn(callback: () => void): void;
  /** Calls back when all of the answer has left, once; never, where its turn never comes. */
  onClose(callback: () => void): void;
  /** Calls back when more may be written, once. */
  onDrain(callback: () => void): void;
};

/** For what could not be read as a request: it is answered without an outlet. */
export const NOWHERE: Outlet = {
  whole: nothing,
  reply: nothing,
  begin: nothing,
  chunk: () => true,
  end: nothing,
  cut: nothing,
  sendContinue: nothing,
  discardBody: nothing,
  hasWholeBody: true,
  untakenBytes: 0,
  isClosed: true,
  hasTurn: true,
  onTurn: nothing,
  onClose: nothing,
  onDrain: nothing,
};

function nothing(): void {}

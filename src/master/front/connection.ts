import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientFacts } from '../../link/frames/client-facts.js';
import { Progress } from '../../queue/admission/progress.js';
import type { ClientRequest } from '../client-request.js';
import type { Outlet } from './outlet.js';
import { SocketShield } from './socket-shield.js';

/** How long a connection that got its last answer may go on sending before it is cut. */
const LINGER_MS = 2000;
/** A client that moves less than this between two looks counts as stalled while memory is short. */
const BODY_STEP_BYTES = 4096;
const ANSWER_STEP_BYTES = 64 * 1024;

/** Reads requests straight from a socket. */
export type SocketReader = {
  /** Nothing is asked for, and all answers are out. */
  readonly isIdle: boolean;
  /** What it waits for has come too late. */
  isLate(nowMs: number): boolean;
};

/**
 * One client connection and its unanswered requests (several when the client
 * pipelines).
 *
 * open → ending: one last answer is due after those of the earlier requests;
 * nothing more is read as a request. It is written raw, then our side is
 * closed, and what the client still sends is thrown away for a moment: closing
 * at once with unread bytes makes the kernel send a reset, which can overtake
 * the answer.
 */
export class Connection {
  readonly socket: Socket;
  /** What workers are told of the client, ready-made for both versions of HTTP. */
  readonly client: ClientFacts;
  readonly client10: ClientFacts;
  /**
   * Oldest first; nearly always one. An array, because a Set that is added to and deleted from for
   * ever makes V8 keep what was in it (see link/server/open-replies.ts).
   */
  readonly requests: ClientRequest[] = [];
  /** Of the request that was read last. */
  latest: Outlet | undefined;
  isEnding = false;
  /** It reads requests straight from the socket; undefined: `node:http` does. */
  reader: SocketReader | undefined;
  /** How its body goes on, and how it takes its answers; looked at now and then. */
  readonly sending: Progress = new Progress(BODY_STEP_BYTES);
  readonly taking: Progress = new Progress(ANSWER_STEP_BYTES);
  /** Of whole answers that it has not taken yet. */
  untakenBytes = 0;
  #isHeldBack = false;
  #shield: SocketShield | undefined;
  readonly #untaken: Set<() => void> = new Set();

  constructor(socket: Socket) {
    this.socket = socket;
    const address = socket.remoteAddress ?? '';
    const port = socket.remotePort ?? 0;
    const isEncrypted = socket instanceof TLSSocket;
    this.client = { address, port, isEncrypted, isHttp10: false };
    this.client10 = { ...this.client, isHttp10: true };
    // node:http lets go of a socket at CONNECT; a reset that nobody listens for ends the process.
    socket.on('error', nothing);
    socket.once('close', () => {
      for (const settle of this.#untaken) settle();
    });
  }

  /** The request whose body is still coming. */
  get arriving(): ClientRequest | undefined {
    const last = this.requests.at(-1);
    return last !== undefined && last.restBytes > 0 ? last : undefined;
  }

  /** Part of an answer has not left for the client yet. */
  get isTaking(): boolean {
    return this.latest !== undefined && !this.latest.isClosed;
  }

  /** Something waits for it to read on: the rest of an answer, or the source of a streamed one. */
  get isAwaited(): boolean {
    return this.untakenBytes > 0 || this.#isHeldBack;
  }

  /** A streamed answer goes on only when what was written of it is taken. */
  holdBack(outlet: Outlet, callback: () => void): void {
    if (!this.isAwaited) this.taking.forget();
    this.#isHeldBack = true;
    outlet.onDrain(() => {
      this.#isHeldBack = false; // from here on it is the source that may be slow
      callback();
    });
  }

  /** Nobody can destroy the socket until the function that this returns is called. */
  shield(): () => void {
    const shield = new SocketShield(this.socket);
    return () => shield.lift();
  }

  /** The same for what is left of this turn of the event loop, but for who cuts the connection. */
  shieldForNow(): void {
    if (this.#shield !== undefined) return; // a second shield would put the first one back
    this.#shield = new SocketShield(this.socket);
    setImmediate(() => this.#unshield());
  }

  #unshield(): void {
    this.#shield?.lift();
    this.#shield = undefined;
  }

  add(request: ClientRequest): void {
    this.requests.push(request);
  }

  remove(request: ClientRequest): void {
    const index = this.requests.indexOf(request);
    if (index === 0) this.requests.shift();
    else if (index > 0) this.requests.splice(index, 1);
  }

  /**
   * Calls back once, when the client has taken the answer or is gone. An answer
   * whose turn in a pipeline never came has no 'close' of its own.
   */
  whenTaken(outlet: Outlet, bytes: number, callback: () => void): void {
    if (!this.isAwaited) this.taking.forget();
    this.untakenBytes += bytes;
    const settle = (): void => {
      if (!this.#untaken.delete(settle)) return;
      this.untakenBytes -= bytes;
      callback();
    };
    this.#untaken.add(settle);
    outlet.onClose(settle);
  }

  /** Ends it at once; what it has not taken is given up. */
  cut(): void {
    this.#unshield();
    this.socket.destroy();
    for (const settle of this.#untaken) settle();
  }

  /**
   * Ends the connection with this raw HTTP answer, after those that are still due.
   *
   * @param replaced the outlet in whose place it stands; undefined when the
   * request could not be read so far
   */
  endWith(rawAnswer: string, replaced: Outlet | undefined): void {
    if (this.isEnding) return;
    this.isEnding = true;
    const end = (): void => this.#end(rawAnswer);
    const { latest } = this;
    if (replaced !== undefined) {
      if (replaced.hasTurn) end();
      else replaced.onTurn(end);
    } else if (latest === undefined || latest.isClosed) {
      end();
    } else {
      latest.onClose(end);
    }
  }

  #end(rawAnswer: string): void {
    const { socket } = this;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(rawAnswer);
    socket.resume();
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(cut));
  }
}

function nothing(): void {}

import type { Socket } from 'node:net';
import type { ClientFacts } from '../../link/client-facts.js';
import type { ClientRequest } from '../client-request.js';

/** How long a connection that got its last answer may go on sending before it is cut. */
const LINGER_MS = 2000;

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
  readonly requests: Set<ClientRequest> = new Set();
  isEnding = false;

  constructor(socket: Socket) {
    this.socket = socket;
    const address = socket.remoteAddress ?? '';
    const port = socket.remotePort ?? 0;
    this.client = { address, port, isEncrypted: false, isHttp10: false };
    this.client10 = { ...this.client, isHttp10: true };
  }

  /** Ends the connection with this raw HTTP answer, after those that are still due. */
  endWith(rawAnswer: string): void {
    if (this.isEnding) return;
    this.isEnding = true;
    const last = [...this.requests].at(-1);
    if (last === undefined) this.#end(rawAnswer);
    else last.response.once('close', () => this.#end(rawAnswer));
  }

  #end(rawAnswer: string): void {
    const { socket } = this;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.on('error', () => socket.destroy());
    socket.end(rawAnswer);
    socket.resume();
    const cut = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(cut));
  }
}

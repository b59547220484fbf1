/**
 * One keep-alive connection on a bare socket, with at most one request under way.
 * It connects when it has something to send, and again when the server has closed it while idle.
 */
import { connect, type Socket } from 'node:net';
import { ReplyReader, type WireReply } from './reply-reader.js';

export type WireOptions = {
  readonly port: number;
  readonly keepsBodies: boolean;
  replied(reply: WireReply): void;
  /** The request under way gets no answer. */
  broke(reason: string): void;
};

export class Wire {
  readonly #options: WireOptions;
  #socket: Socket | undefined;
  #isBusy = false;

  constructor(options: WireOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** So that no request pays for the connection. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = this.#connected();
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
  }

  send(request: Buffer): void {
    this.#isBusy = true;
    (this.#socket ?? this.#connected()).write(request);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connected(): Socket {
    const { port, keepsBodies } = this.#options;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const reader = new ReplyReader((reply) => this.#replied(socket, reply), keepsBodies);
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.read(chunk);
      } catch (error) {
        this.#gone(socket, (error as Error).message);
      }
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#gone(socket, error.code ?? error.message);
    });
    socket.on('end', () => this.#gone(socket, 'closed before the answer'));
    socket.on('close', () => this.#gone(socket, 'closed before the answer'));
    this.#socket = socket;
    return socket;
  }

  #replied(socket: Socket, reply: WireReply): void {
    this.#isBusy = false;
    if (reply.isLast) this.#gone(socket, 'closed');
    this.#options.replied(reply);
  }

  #gone(socket: Socket, reason: string): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    socket.destroy();
    if (!this.#isBusy) return;
    this.#isBusy = false;
    this.#options.broke(reason);
  }
}

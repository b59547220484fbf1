import type { Socket } from 'node:net';

/**
 * Keeps a socket from being destroyed by who does not know what is still due on it. What cannot be
 * helped is made up for when the shield is lifted: an error, of the connection itself, and the end of
 * both directions. Nobody would ever close that socket again.
 */
export class SocketShield {
  readonly #socket: Socket;
  readonly #destroy: Socket['destroy'];
  #isUp = true;
  #error: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#destroy = socket.destroy;
    // Node keeps it for later (`destroySoon`): so it has to work when it is no longer a shield.
    socket.destroy = (error) => this.#asked(error);
  }

  lift(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#socket.destroy = this.#destroy;
    const { readableEnded, writableFinished } = this.#socket;
    if (this.#error !== undefined || (readableEnded && writableFinished)) {
      this.#socket.destroy(this.#error);
    }
  }

  #asked(error: Error | undefined): Socket {
    if (!this.#isUp) return this.#destroy.call(this.#socket, error);
    this.#error ??= error ?? undefined; // Node says null for none
    return this.#socket;
  }
}

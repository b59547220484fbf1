import { closeSync } from 'node:fs';
import type { HandedSocket } from '../../config/sources/handover.js';

/** Listening sockets that this process has got from another master and does not listen on yet. */
export class SharedSockets {
  #left: readonly HandedSocket[];

  constructor(sockets: readonly HandedSocket[]) {
    this.#left = sockets;
  }

  /** The one that was opened for this setting and address, once. */
  take(setting: string, configured: string): HandedSocket | undefined {
    const found = this.#left.find(
      (socket) => socket.setting === setting && socket.configured === configured,
    );
    this.#left = this.#left.filter((socket) => socket !== found);
    return found;
  }

  /** Gives up those that nobody has taken: whoever else has them may go on listening. */
  closeRest(): void {
    for (const { fd } of this.#left) closeSync(fd);
    this.#left = [];
  }
}

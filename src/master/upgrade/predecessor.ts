import type { SendHandle } from 'node:child_process';
import type { HandedSocket, Handover } from '../../config/sources/handover.js';
import { handleFor } from '../listen/descriptor-of.js';
import { enveloped, type FromPredecessor, type FromSuccessor, opened } from './messages.js';

/** This process's end of the channel to the master that has started it. */
export type Channel = Pick<NodeJS.Process, 'send' | 'connected' | 'on'>;

/**
 * The master before this one, as this one sees it.
 *
 * there → gone: its process has ended. Until then it may serve again when this one goes.
 */
export class Predecessor {
  readonly pid: number;
  readonly sockets: readonly HandedSocket[];
  /** Called once, when it is gone. */
  onGone: () => void = () => {};
  readonly #channel: Channel;
  /** For each socket, by its place in the list. */
  readonly #handles: readonly SendHandle[];
  #onGo: () => void = () => {};
  #mayLend = true;
  #isTaken: (socket: HandedSocket) => boolean = () => false;

  constructor({ pid, sockets }: Handover, channel: Channel) {
    this.pid = pid;
    this.sockets = sockets;
    this.#channel = channel;
    this.#handles = sockets.map(({ fd }) => handleFor(fd));
    channel.on('message', (said: unknown) => this.#take(opened(said)));
    channel.on('disconnect', () => {
      this.#onGo();
      this.onGone();
    });
  }

  get isThere(): boolean {
    return this.#channel.connected === true;
  }

  /**
   * The workers are ready. Resolves when the other one has left the admin port, or is gone.
   *
   * @param isTaken whether this master listens on it
   */
  ready(isTaken: (socket: HandedSocket) => boolean): Promise<void> {
    this.#isTaken = isTaken;
    this.#lend();
    if (!this.isThere) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onGo = resolve;
      this.#tell({ type: 'ready' });
    });
  }

  serving(): void {
    this.#tell({ type: 'serving' });
  }

  /** This master takes no more connections: its descriptors are closed from now on. */
  leaving(): void {
    this.#mayLend = false;
    this.#tell({ type: 'leaving' });
  }

  #take(message: FromPredecessor | undefined): void {
    if (message?.type === 'go') this.#onGo();
    if (message?.type === 'lend') this.#lend();
  }

  /** What this master does not listen on, the other one opens anew should it serve again. */
  #lend(): void {
    if (!this.#mayLend) return;
    for (const [at, socket] of this.sockets.entries()) {
      if (this.#isTaken(socket)) this.#tell({ type: 'lent', at }, this.#handles[at]);
    }
  }

  #tell(message: FromSuccessor, handle?: SendHandle): void {
    if (!this.isThere) return;
    // It may go at any moment; 'disconnect' follows.
    this.#channel.send?.(enveloped(message), handle, undefined, () => {});
  }
}

/** Why this process ends, for the log of the master that has started it, if one has. */
export function tellFailure(reason: string, channel: Channel = process): Promise<void> {
  return new Promise((resolve) => {
    if (channel.connected !== true) resolve();
    else {
      const message: FromSuccessor = { type: 'failed', reason };
      channel.send?.(enveloped(message), undefined, undefined, () => resolve());
    }
  });
}

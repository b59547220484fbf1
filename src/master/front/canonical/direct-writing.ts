import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Writes to a client. A text that nothing waits before goes straight to the kernel,
 * which nearly always takes all of it at once: a stream would keep books of it and
 * take a tick of its own to close them. What the kernel does not take waits in
 * libuv's queue, where whatever is written later comes behind it.
 */
export class DirectWriting {
  readonly #socket: Socket;
  readonly #isEncrypted: boolean;
  readonly #taken: () => void;
  /** Of the text that the kernel has not taken yet. */
  #waitingBytes = 0;
  /** The text is being written: its end is no news. */
  #isWriting = false;

  /** @param taken called when all or some of what waited is out */
  constructor(socket: Socket, taken: () => void) {
    this.#socket = socket;
    this.#isEncrypted = socket instanceof TLSSocket;
    this.#taken = taken;
  }

  /** Written, and not taken by the kernel. */
  get waitingBytes(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  /** More is to be written only when this has been taken. */
  get isFull(): boolean {
    return this.#waitingBytes > 0 || this.#socket.writableNeedDrain;
  }

  /** @param text one byte a letter */
  text(text: string): void {
    const socket = this.#socket;
    const isFirst = this.waitingBytes === 0 && socket.writableCorked === 0;
    if (!isFirst || this.#isEncrypted || !socket.writable) {
      socket.write(text, 'latin1', this.#taken);
      return;
    }
    this.#waitingBytes = text.length;
    this.#isWriting = true;
    socket._write(text, 'latin1', this.#ended);
    this.#isWriting = false;
  }

  bytes(bytes: Buffer): void {
    this.#socket.write(bytes, this.#taken);
  }

  readonly #ended = (error?: Error | null): void => {
    this.#waitingBytes = 0;
    if (error) this.#socket.destroy(error);
    else if (!this.#isWriting) this.#taken();
  };
}

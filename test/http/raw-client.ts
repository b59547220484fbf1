// A client that writes bytes as they are told and keeps those that come back.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { vi } from 'vitest';

/** How long a slow machine may take to what is waited for. */
const WAIT_MS = 15_000;

export class RawClient {
  readonly socket: Socket;
  text = '';
  bytes = 0;
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      // Enough of megabytes to look at.
      if (this.text.length < 100_000) this.text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** @param text sent at once */
  static async open(port: number, text: string): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const client = new RawClient(socket);
    socket.write(text, 'latin1');
    return client;
  }

  /** Status codes in the order of the answers. */
  get statuses(): number[] {
    return Array.from(this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g), (found) => Number(found[1]));
  }

  async until(isThere: (client: this) => boolean, what: string): Promise<void> {
    await vi.waitFor(
      () => {
        if (!isThere(this)) throw new Error(`no ${what}; got: ${this.text.slice(0, 2000)}`);
      },
      { timeout: WAIT_MS, interval: 5 },
    );
  }

  /** Takes that many bytes more from a paused socket, at the least, and pauses it again at once. */
  async take(bytes: number): Promise<void> {
    const enough = this.bytes + bytes;
    const pauseWhenTaken = (): void => {
      if (this.bytes >= enough) this.socket.pause();
    };
    this.socket.on('data', pauseWhenTaken);
    this.socket.resume();
    await this.until((client) => client.bytes >= enough, `${bytes} bytes more`);
    this.socket.off('data', pauseWhenTaken);
  }

  closed(): Promise<void> {
    return this.until(({ isClosed }) => isClosed, 'end of the connection');
  }
}

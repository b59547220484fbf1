import { Duplex } from 'node:stream';

/**
 * A client's end of a connection without a network: what a socket shows of itself
 * to a server, and nothing of the kernel. What the server writes is taken at once.
 */
export class Wire extends Duplex {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 40_000;
  bytesRead = 0;
  /** All that the server has written, latin1. */
  output = '';

  constructor() {
    super({ allowHalfOpen: true });
  }

  send(bytes: Buffer): void {
    if (this.destroyed || this.readableEnded) return;
    this.bytesRead += bytes.length;
    this.push(bytes);
  }

  sendEnd(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  /** What `net.Socket` has, and servers rely on. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  setTimeout(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.output += chunk.toString('latin1');
    done();
  }
}

/** What was sent has been read, and all that follows from it at once is done. */
export async function settled(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

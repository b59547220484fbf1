import type { AddressInfo } from 'node:net';
import { LightEmitter } from './light-emitter.js';

/** Whose end ends the socket: destroying the socket destroys the reply. */
export type Destroyable = { destroy(error?: Error): unknown };

/**
 * What a handler sees as the connection: who is at its other end, and nothing to
 * read or write. The real one is the master's.
 */
export class LinkSocket extends LightEmitter {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly encrypted: boolean;
  readonly localAddress: string | undefined = undefined;
  readonly localPort: number | undefined = undefined;
  readonly bytesRead: number = 0;
  readonly bytesWritten: number = 0;
  readonly connecting: boolean = false;
  readonly pending: boolean = false;
  timeout = 0;
  destroyed = false;
  readonly #reply: Destroyable;

  /** `client` is "address port", as a request frame carries it. */
  constructor(client: string, isEncrypted: boolean, reply: Destroyable) {
    super();
    const space = client.lastIndexOf(' ');
    const address = client.slice(0, space);
    this.remoteAddress = address === '' ? undefined : address;
    this.remotePort = address === '' ? undefined : Number(client.slice(space + 1));
    this.encrypted = isEncrypted;
    this.#reply = reply;
  }

  get remoteFamily(): string | undefined {
    if (this.remoteAddress === undefined) return undefined;
    return this.remoteAddress.includes(':') ? 'IPv6' : 'IPv4';
  }

  get readable(): boolean {
    return !this.destroyed;
  }

  get writable(): boolean {
    return !this.destroyed;
  }

  address(): AddressInfo | Record<string, never> {
    return {};
  }

  destroy(error?: Error): this {
    this.#reply.destroy(error);
    return this;
  }

  destroySoon(): void {
    this.destroy();
  }

  /** The connection is gone: its client left, or the reply was destroyed. */
  closed(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    process.nextTick(emitClose, this);
  }

  /** Timeouts of connections are the master's; a handler's wish is remembered and has no effect. */
  setTimeout(timeoutMs: number, listener?: () => void): this {
    this.timeout = timeoutMs;
    if (listener !== undefined) this.once('timeout', listener);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }

  cork(): void {}

  uncork(): void {}
}

function emitClose(socket: LinkSocket): void {
  socket.emit('close', false);
}

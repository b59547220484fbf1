import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * TLS connections whose handshake is not over. They are nobody's yet, and yet a
 * client is waiting: a stopping server gives them their time, and ends them.
 */
export class Handshakes {
  readonly #sockets = new Map<string, Socket>();

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      const key = endsOf(socket);
      if (key === undefined) return;
      this.#sockets.set(key, socket);
      socket.once('close', () => {
        if (this.#sockets.get(key) === socket) this.#sockets.delete(key);
      });
    });
    server.on('secureConnection', (socket: Socket) => {
      this.#sockets.delete(endsOf(socket) ?? '');
    });
  }

  get count(): number {
    return this.#sockets.size;
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}

/** The encrypted socket does not say which one it came out of, but their ends are the same. */
function endsOf({
  remoteAddress,
  remotePort,
  localAddress,
  localPort,
}: Socket): string | undefined {
  if (remotePort === undefined) return undefined;
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

import type { Socket } from 'node:net';

type Handle = { readonly bytesWritten?: number; readonly writeQueueSize?: number };

/**
 * Bytes that the kernel has taken for the client. `socket.bytesWritten` counts
 * what still waits, and so says nothing of a reader; the handle's two figures are
 * what Node's own socket timeout looks at to see progress within one large write.
 */
export function takenBytes(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: Handle | null };
  return (handle?.bytesWritten ?? 0) - (handle?.writeQueueSize ?? 0);
}

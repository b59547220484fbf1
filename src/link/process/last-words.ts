import { readSync } from 'node:fs';
import type { Duplex } from 'node:stream';

const READ_BYTES = 64 * 1024;

/**
 * Makes a socket read what its peer left behind before it is destroyed for a
 * failed write.
 *
 * Node destroys a socket at the first EPIPE, with everything unread. A worker
 * that answered and then died may get one more request written to it before its
 * answer was read; without this the answer would be lost and the request run again.
 */
export function readLastWords(socket: Duplex, push: (chunk: Buffer) => void): void {
  const destroy = socket.destroy;
  socket.destroy = function destroyAfterReading(this: Duplex, error?: Error): Duplex {
    if (error !== undefined && error !== null && !socket.destroyed) readRest(socket, push);
    return destroy.call(this, error);
  };
}

function readRest(socket: Duplex, push: (chunk: Buffer) => void): void {
  const handle = (socket as { _handle?: { fd?: number } | null })._handle;
  const fd = handle?.fd ?? -1;
  if (fd < 0) return;
  for (;;) {
    const chunk = Buffer.allocUnsafeSlow(READ_BYTES);
    const bytes = readOnce(fd, chunk);
    if (bytes === 0) return;
    push(chunk.subarray(0, bytes));
  }
}

/** 0 at the end, and when there is nothing (the peer lives and the write failed for another reason). */
function readOnce(fd: number, into: Buffer): number {
  try {
    return readSync(fd, into, 0, into.length, null);
  } catch {
    return 0;
  }
}

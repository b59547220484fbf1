import type { SendHandle } from 'node:child_process';
import { Socket } from 'node:net';

/** What Node has of an open socket. It is not in its documentation; `cluster` works with it. */
export type SocketHandle = { readonly fd: number; close(): void };

type HasHandle = { readonly _handle?: SocketHandle | null };

/** The descriptor of a server that listens, or of a handle that came over a channel. */
export function descriptorOf(server: object): number {
  const fd = (server as HasHandle)._handle?.fd;
  if (fd === undefined || fd < 0) throw new Error('the server does not listen');
  return fd;
}

/**
 * A handle for a listening socket, to be sent over a channel. It takes no connections, and is never
 * to be closed: the descriptor belongs to the server that listens on it.
 */
export function handleFor(fd: number): SendHandle {
  const holder = new Socket({ fd, readable: false, writable: false, allowHalfOpen: true });
  return (holder as unknown as HasHandle)._handle as unknown as SendHandle;
}

import type { Socket } from 'node:net';

/**
 * Hands what a socket reads straight to a function. On its way through the stream
 * each piece would cost a tick of its own, after which the stream looks whether it
 * should read more: it always should. Whatever the stream has to do something for
 * (it is paused, something waits in it, the end) still goes through it, and comes
 * back as 'data'; so it does all of the time if Node should ever hand it on otherwise.
 *
 * @returns a function that ends it
 */
export function readDirectly(socket: Socket, take: (bytes: Buffer) => void): () => void {
  const { push } = socket;
  socket.push = (piece: Buffer | null, encoding?: BufferEncoding): boolean => {
    const isForNobodyElse = socket.readableFlowing === true && socket.readableLength === 0;
    if (piece === null || !isForNobodyElse) return push.call(socket, piece, encoding);
    take(piece);
    return true;
  };
  socket.on('data', take);
  return () => {
    socket.push = push;
    socket.removeListener('data', take);
  };
}

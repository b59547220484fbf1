/** What a reply tells its listeners in a turn of its own, as Node's does. */

type Ending = {
  destroyed: boolean;
  closed: boolean;
  emit(event: string, value?: unknown): unknown;
};

export function emitRefusal(
  reply: Ending,
  error: Error,
  callback: ((error: Error) => void) | undefined,
): void {
  callback?.(error);
  if (!reply.destroyed) reply.emit('error', error);
}

export function emitClose(reply: Ending): void {
  if (reply.closed) return;
  reply.destroyed = true;
  reply.closed = true;
  reply.emit('close');
}

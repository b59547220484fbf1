/**
 * An error as Node's own http module would have thrown it: handlers and Fastify
 * look at `code`, and must find over the link what they find over a port.
 */
export function nodeError(
  code: string,
  message: string,
  Kind: new (message: string) => Error = Error,
): NodeJS.ErrnoException {
  return Object.assign(new Kind(message), { code });
}

export function headersSent(verb: string): Error {
  return nodeError(
    'ERR_HTTP_HEADERS_SENT',
    `Cannot ${verb} headers after they are sent to the client`,
  );
}

export function writeAfterEnd(): Error {
  return nodeError('ERR_STREAM_WRITE_AFTER_END', 'write after end');
}

export function streamDestroyed(verb: string): Error {
  return nodeError('ERR_STREAM_DESTROYED', `Cannot call ${verb} after a stream was destroyed`);
}

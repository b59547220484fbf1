import { nodeError } from './node-error.js';

export type Done = (error?: Error | null) => void;

/** The body that `write` or `end` was given: text stays text when it is UTF-8. Throws as Node does. */
export function bodyOf(
  chunk: string | Uint8Array,
  encoding: BufferEncoding | null | undefined,
): string | Uint8Array {
  if (typeof chunk === 'string') {
    const isUtf8 = !encoding || encoding === 'utf8' || encoding === 'utf-8';
    return isUtf8 ? chunk : Buffer.from(chunk, encoding);
  }
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk === null) {
    throw nodeError('ERR_STREAM_NULL_VALUES', 'May not write null values to stream', TypeError);
  }
  throw nodeError(
    'ERR_INVALID_ARG_TYPE',
    `The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received ${typeof chunk}`,
    TypeError,
  );
}

/** The callback, which `write` and `end` accept in any later place. */
export function callbackOf(chunk: unknown, encoding: unknown, done: unknown): Done | undefined {
  if (typeof done === 'function') return done as Done;
  if (typeof encoding === 'function') return encoding as Done;
  return typeof chunk === 'function' ? (chunk as Done) : undefined;
}

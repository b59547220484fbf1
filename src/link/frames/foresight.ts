import { FRAME, frameBytes, frameId, frameType, HEADER_BYTES } from './frame.js';

/**
 * Where in a read each request is cancelled, by its id; undefined, as nearly always: none is. A
 * cancel concerns what came before it: one that was answered meanwhile may be followed by the
 * same request once more, which is to run.
 */
export function cancelledIn(chunk: Buffer, from: number): Map<number, number> | undefined {
  let cancelled: Map<number, number> | undefined;
  let at = from;
  while (at + HEADER_BYTES <= chunk.length) {
    const bytes = frameBytes(chunk, at);
    if (bytes < HEADER_BYTES) break; // The reader will say so.
    if (frameType(chunk, at) === FRAME.CANCEL) {
      cancelled ??= new Map();
      cancelled.set(frameId(chunk, at), at);
    }
    at += bytes;
  }
  return cancelled;
}

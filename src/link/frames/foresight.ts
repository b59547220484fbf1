import { FRAME, frameBytes, frameId, frameType, HEADER_BYTES } from './frame.js';

/**
 * Looks through a read for requests that are cancelled in it: id → where the cancel stands;
 * undefined when there are none, as nearly always. A cancel concerns only what stands before it:
 * the same request may be sent once more behind it, and that one is to run.
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

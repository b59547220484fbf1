import { FRAME, frameBytes, frameId, frameType, HEADER_BYTES } from './frame.js';

/** Ids of the requests that a read cancels; undefined, as nearly always: of none. */
export function cancelledIn(chunk: Buffer, from: number): Set<number> | undefined {
  let cancelled: Set<number> | undefined;
  let at = from;
  while (at + HEADER_BYTES <= chunk.length) {
    const bytes = frameBytes(chunk, at);
    if (bytes < HEADER_BYTES) break; // The reader will say so.
    if (frameType(chunk, at) === FRAME.CANCEL) {
      cancelled ??= new Set();
      cancelled.add(frameId(chunk, at));
    }
    at += bytes;
  }
  return cancelled;
}

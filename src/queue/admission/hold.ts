/** Bytes that a client makes the server hold, and since when it does nothing about it. */
export type Hold = { readonly bytes: number; readonly stalledSinceMs: number };

/**
 * Whom to end so that this many bytes are free, the longest stalled first; nobody
 * when all of them together hold less, for it would help nobody.
 *
 * @param stalledForMs only who has been stalled for that long
 */
export function chooseHolds<H extends Hold>(
  holds: readonly H[],
  neededBytes: number,
  stalledForMs: number,
  nowMs: number,
): readonly H[] {
  const stalled = holds.filter(({ stalledSinceMs }) => nowMs - stalledSinceMs >= stalledForMs);
  const chosen: H[] = [];
  let bytes = 0;
  for (const hold of stalled.toSorted((one, other) => one.stalledSinceMs - other.stalledSinceMs)) {
    if (bytes >= neededBytes) break;
    chosen.push(hold);
    bytes += hold.bytes;
  }
  return bytes >= neededBytes ? chosen : [];
}

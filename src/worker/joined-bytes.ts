/** Texts of a reply that several hands have written, as one. */
const COMMA = Buffer.from(',');

/** Adds what all parts have at this index, with commas between; empty ones are left out. */
export function pushJoined(
  into: Uint8Array[],
  parts: readonly (readonly Uint8Array[])[],
  index: number,
): void {
  let isFirst = true;
  for (const part of parts) {
    const text = part[index];
    if (text === undefined || text.length === 0) continue;
    if (!isFirst) into.push(COMMA);
    into.push(text);
    isFirst = false;
  }
}

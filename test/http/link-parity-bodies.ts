import { createHash } from 'node:crypto';

const LARGE_BYTES = 5 * 1024 * 1024;

export function largeBody(): Buffer {
  const body = Buffer.alloc(LARGE_BYTES);
  for (let at = 0; at < body.length; at += 4) body.writeUInt32LE((at * 2654435761) >>> 0, at);
  return body;
}

/** The large body in pieces. */
export function* pieces(): Generator<Buffer> {
  const body = largeBody();
  for (let at = 0; at < body.length; at += 100_000) yield body.subarray(at, at + 100_000);
}

export function digest(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Replies for clients that take them compressed. */
import { constants, deflateSync, gzipSync } from 'node:zlib';
import { JSON_TYPE } from '../error-handler.js';
import type { Reply } from '../protocol.js';

type ReplyEncoding = 'gzip' | 'deflate';

/** A smaller body hardly shrinks, and costs the client a call more. */
const LEAST_BYTES = 1024;
/** Higher levels make JSON of numbers 3 % smaller in four times the time. */
const LEVEL = { level: constants.Z_BEST_SPEED };

const TOKEN = /^\s*([^\s;]+)\s*(?:;\s*q=([\d.]+)\s*)?$/i;

/**
 * How to send a body of so many bytes; undefined: as it is.
 *
 * @param accept the request's `accept-encoding`
 */
export function chosenEncoding(
  accept: string | undefined,
  bytes: number,
): ReplyEncoding | undefined {
  if (accept === undefined) return undefined;
  // A small body is compressed only for a client that forbids `identity`.
  if (bytes < LEAST_BYTES && !/q=0/i.test(accept)) return undefined;
  const weights = weightsOf(accept);
  const others = weights.get('*');
  const gzip = weights.get('gzip') ?? others ?? 0;
  const deflate = weights.get('deflate') ?? others ?? 0;
  // Who does not mention `identity` accepts it, but prefers what was asked for.
  const identity = weights.get('identity') ?? (others === 0 ? 0 : Number.MIN_VALUE);
  const best = Math.max(gzip, deflate);
  if (best === 0 || best < identity) return undefined;
  if (bytes < LEAST_BYTES && identity > 0) return undefined;
  return gzip === best ? 'gzip' : 'deflate';
}

/** The reply as its client takes it: itself, or compressed. */
export function encodedReply(reply: Reply, accept: string | undefined): Reply {
  const isText = typeof reply === 'string';
  const body = isText ? reply : reply.bytes;
  const encoding = chosenEncoding(accept, body.length);
  if (encoding === undefined) return reply;
  const bytes = encoding === 'gzip' ? gzipSync(body, LEVEL) : deflateSync(body, LEVEL);
  const coding = { 'content-encoding': encoding, vary: 'accept-encoding' };
  const headers = isText ? { 'content-type': JSON_TYPE } : reply.headers;
  return { bytes, headers: { ...headers, ...coding } };
}

/** Each named encoding with its q-value; what cannot be read is left out. */
function weightsOf(accept: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of accept.toLowerCase().split(',')) {
    const [, name, quality = '1'] = TOKEN.exec(part) ?? [];
    const weight = Number(quality);
    if (name !== undefined && weight >= 0) weights.set(name.replace(/^x-/, ''), weight);
  }
  return weights;
}

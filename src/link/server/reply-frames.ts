import {
  FRAME,
  type FrameFigures,
  type FrameType,
  NO_FIGURES,
  NO_LENGTH,
} from '../frames/frame.js';
import { labelLines, type ReplyFacts } from '../frames/reply-facts.js';
import type { ReplyOutlet } from './reply-outlet.js';

/** A larger body goes out in pieces, so that no frame comes near the limit. */
export const MAX_WHOLE_BYTES: number = 64 * 1024 * 1024;

type Reply = {
  readonly id: number;
  readonly statusCode: number;
  readonly head: string | undefined;
  readonly contentLength: number;
  readonly facts: ReplyFacts;
};

type Outlet = Pick<ReplyOutlet, 'writer' | 'heads'>;

/** All of a reply, or its beginning: its head, or only the number of that where the master knows it. */
export function addHead(
  outlet: Outlet,
  type: FrameType,
  reply: Reply,
  body: string | Uint8Array,
  isAscii = false,
): void {
  const { writer, heads } = outlet;
  const { statusCode, id, contentLength, facts } = reply;
  heads.find(reply.head ?? '', facts);
  const { number, told } = heads;
  writer.addReply(type, number, statusCode, id, told, facts.figures, contentLength, body, isAscii);
}

export function addChunks(outlet: Outlet, reply: Reply, body: string | Uint8Array): void {
  if (typeof body === 'string' || body.length <= MAX_WHOLE_BYTES) {
    addPart(outlet, FRAME.REPLY_CHUNK, reply, '', NO_FIGURES, body);
    return;
  }
  for (let at = 0; at < body.length; at += MAX_WHOLE_BYTES) {
    const piece = body.subarray(at, at + MAX_WHOLE_BYTES);
    addPart(outlet, FRAME.REPLY_CHUNK, reply, '', NO_FIGURES, piece);
  }
}

/** @param trailers as lines; '' without any */
export function addEnd(outlet: Outlet, reply: Reply, trailers: string): void {
  const { facts } = reply;
  addPart(outlet, FRAME.REPLY_END, reply, trailers + labelLines(facts), facts.figures, '');
}

function addPart(
  { writer }: Outlet,
  type: FrameType,
  { statusCode, id }: Reply,
  head: string,
  figures: FrameFigures,
  body: string | Uint8Array,
): void {
  writer.addReply(type, 0, statusCode, id, head, figures, NO_LENGTH, body);
}

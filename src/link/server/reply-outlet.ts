import type { FrameWriter } from '../frames/frame-writer.js';
import type { Done } from './body-arguments.js';
import type { LinkReply } from './link-reply.js';
import type { ReplyHeads } from './reply-heads.js';

/** What a reply needs of the worker's end of the link. */
export type ReplyOutlet = {
  readonly writer: FrameWriter;
  readonly heads: ReplyHeads;
  /** No more frames of the master concern this reply. */
  forget(reply: LinkReply): void;
  /** Calls `reply.sent()` when the frames of this turn are written. */
  notifySent(reply: LinkReply): void;
  /** Calls `reply.drained()` when there is room again. */
  notifyDrained(reply: LinkReply): void;
  afterFlush(done: Done): void;
};

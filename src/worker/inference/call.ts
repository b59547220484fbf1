import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { RequestError } from '../../errors.js';
import type { ReplyFacts } from '../../link/frames/reply-facts.js';
import type { BinaryReply } from '../protocol.js';

/** One request for a prediction, and the way back, however it came here. */
export type Call = {
  /** The request's id. */
  readonly id: string;
  /** Not to be changed: other requests may have the same. */
  readonly headers: IncomingHttpHeaders;
  /** Whole, as it came. Do not write into it. */
  readonly body: Buffer;
  /** For who has taken the reply over, or wants to know of its end. */
  readonly raw: ServerResponse;
  /** @param isAscii known to have as many bytes as characters */
  sendJson(text: string, isAscii: boolean): void;
  sendBytes(reply: BinaryReply): void;
  sendError(error: RequestError, facts: ReplyFacts): void;
  /** From now on the reply is written to `raw`. */
  takeOver(): void;
};

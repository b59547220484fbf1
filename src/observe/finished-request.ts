import type { ErrorCode } from '../errors.js';

/**
 * What is known of a request when its last byte was sent, or its client left.
 * The access log and the metrics both read it, so it is made once, or the
 * master's own request object is one.
 */
export type FinishedRequest = {
  readonly requestId: string;
  readonly method: string;
  /** As the client sent it. */
  readonly url: string;
  readonly status: number;
  /** Why it failed; undefined when it did not. */
  readonly code: ErrorCode | undefined;
  /** A route of ours or `other`; never a text the client chose, since it is a metric label. */
  readonly route: string;
  /** A model of ours or `other`. */
  readonly model: string;
  /** '' where no version of a model was found. */
  readonly version: string;
  /** Slot of the worker that answered; undefined when the master did. */
  readonly slot: number | undefined;
  /** Waiting time in the queue; undefined when it was never queued. */
  readonly queueMs: number | undefined;
  /** Run time in the worker; undefined when none replied. */
  readonly runMs: number | undefined;
  /** From the first byte of the request to the last of the reply. */
  readonly totalMs: number;
  /** Rows of the batch it ran in; 0 when nothing was predicted. */
  readonly rows: number;
  /** Slices of it that other workers ran. */
  readonly helpedSlices: number;
  /** Body bytes of the request and of the reply. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly remoteAddress: string | undefined;
  /** `HTTP/1.1` or `HTTP/1.0`. */
  readonly protocol: string;
  /** It stated the length of its body, or came in chunks. */
  readonly hasLength: boolean;
  /** Flat lists of names and values; of the request without what concerns its connection alone, its id and the length of its body. */
  readonly headers: readonly string[];
  readonly answerHeaders: readonly string[];
};

/**
 * The format of the private stream between the master and a worker: frames, one
 * after another, numbers little-endian.
 *
 * ```
 *  0        4      5      6        8               16            20        40               44     44 + head length
 *  ┌────────┬──────┬──────┬────────┬───────────────┬─────────────┬─────────┬────────────────┬──────┬──────┐
 *  │ length │ type │ mark │ status │ id            │ head length │ figures │ content length │ head │ body │
 *  │ u32    │ u8   │ u8   │ u16    │ u32 low, high │ u32         │ 5 × u32 │ u32, plus one  │      │      │
 *  └────────┴──────┴──────┴────────┴───────────────┴─────────────┴─────────┴────────────────┴──────┴──────┘
 * ```
 *
 * `length` counts the whole frame. The head is latin1 text, fields joined with a
 * line feed, which no header name or value can contain. The body is the rest of the frame.
 *
 * Heads that come again are numbered (see head-numbers.ts). With a number, a head
 * tells the other end what the number means from now on; without a head, the
 * number says it. Number 0 is nobody's.
 *
 * A request: `mark` is its flags, `status` the number of its lines. Its head is
 * request id, client ("address port") and, with the flag LINES, the lines: method,
 * URL, headers (name, value, …).
 * A reply or a reply head: `mark` is the number of its head, which is its headers,
 * route, model, version, error code; the content length, where it states one,
 * differs from reply to reply and so is told beside them (`LENGTH_HERE`). A reply end: the same with trailers, never numbered.
 * The figures are zeros but in replies.
 */

/** Frame types. To the worker: request, cancel, pause, resume; the others come from it. Slices go both ways. */
export const FRAME = {
  REQUEST: 1,
  CANCEL: 2,
  PAUSE: 3,
  RESUME: 4,
  REPLY: 5,
  REPLY_HEAD: 6,
  REPLY_CHUNK: 7,
  REPLY_END: 8,
  REPLY_ABORTED: 9,
  /** See link/slices. */
  OFFER: 16,
  GRANT: 17,
  SLICE: 18,
  SLICE_RESULT: 19,
  SLICE_BACK: 20,
  SLICE_CANCEL: 21,
} as const;

export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Flags of a request frame. */
export const FLAG = { HTTP_1_0: 1, ENCRYPTED: 2, HAS_LENGTH: 4, LINES: 8, STANDBY: 16 } as const;

/** The figures of a reply: whole numbers from 0 to 2^32 − 1. */
export type FrameFigures = {
  /** Time the model computed for this request, microseconds; of a batch, its share. */
  readonly runMicros: number;
  /** Time to read the body into inputs, and to write the outputs as a body. */
  readonly inputMicros: number;
  readonly outputMicros: number;
  /** Rows of input that ran together with this request, its own included. */
  readonly rows: number;
  /** Rows of this request. */
  readonly ownRows: number;
};

export const NO_FIGURES: FrameFigures = {
  runMicros: 0,
  inputMicros: 0,
  outputMicros: 0,
  rows: 0,
  ownRows: 0,
};

export const HEADER_BYTES = 44;

/** A reply states no content length, or one that is no plain number. */
export const NO_LENGTH = -1;
/** Stands for the length among the headers, since no header value can be this. */
export const LENGTH_HERE = '\0';

/**
 * A longer frame can only be a broken stream, and believing its length would
 * cost that much memory. Bodies must leave room for the head.
 */
export const MAX_FRAME_BYTES: number = 2 ** 30;

const HIGH_WORD = 2 ** 32;

/** Writes all of a frame's fixed part but its length; `id` may be any safe integer. */
export function writeHeader(
  into: Buffer,
  at: number,
  type: FrameType,
  mark: number,
  status: number,
  id: number,
  figures: FrameFigures,
  contentLength: number = NO_LENGTH,
): void {
  into[at + 4] = type;
  into[at + 5] = mark;
  into[at + 6] = status;
  into[at + 7] = status >>> 8;
  writeWord(into, at + 8, id);
  writeWord(into, at + 12, id / HIGH_WORD);
  writeWord(into, at + 20, figures.runMicros);
  writeWord(into, at + 24, figures.inputMicros);
  writeWord(into, at + 28, figures.outputMicros);
  writeWord(into, at + 32, figures.rows);
  writeWord(into, at + 36, figures.ownRows);
  writeWord(into, at + 40, contentLength + 1);
}

/** Writes the two lengths, which are known last. */
export function writeLengths(into: Buffer, at: number, bytes: number, headBytes: number): void {
  writeWord(into, at, bytes);
  writeWord(into, at + 16, headBytes);
}

function writeWord(into: Buffer, at: number, value: number): void {
  // Assigning to a typed array keeps the low eight bits, and >>> works modulo 2^32.
  into[at] = value >>> 0;
  into[at + 1] = value >>> 8;
  into[at + 2] = value >>> 16;
  into[at + 3] = value >>> 24;
}

/** Of a frame that lies there whole; Buffer's own reader checks that for each number. */
function readWord(from: Buffer, at: number): number {
  const low = (from[at] as number) | ((from[at + 1] as number) << 8);
  const high = (from[at + 2] as number) | ((from[at + 3] as number) << 8);
  return (low | (high << 16)) >>> 0;
}

export function frameBytes(from: Buffer, at: number): number {
  return readWord(from, at);
}

export function frameHeadBytes(from: Buffer, at: number): number {
  return readWord(from, at + 16);
}

export function frameType(from: Buffer, at: number): number {
  return from[at + 4] as number;
}

/** The flags of a request, the head's number of a reply. */
export function frameMark(from: Buffer, at: number): number {
  return from[at + 5] as number;
}

/** The status of a reply, the number of a request's lines. */
export function frameStatus(from: Buffer, at: number): number {
  return (from[at + 6] as number) | ((from[at + 7] as number) << 8);
}

export function frameId(from: Buffer, at: number): number {
  return readWord(from, at + 8) + readWord(from, at + 12) * HIGH_WORD;
}

export function frameFigures(from: Buffer, at: number): FrameFigures {
  return {
    runMicros: readWord(from, at + 20),
    inputMicros: readWord(from, at + 24),
    outputMicros: readWord(from, at + 28),
    rows: readWord(from, at + 32),
    ownRows: readWord(from, at + 36),
  };
}

/** What a reply states of its body; `NO_LENGTH`: nothing. */
export function frameContentLength(from: Buffer, at: number): number {
  return readWord(from, at + 40) - 1;
}

/** Offset of the body of the frame at `at`, which ends at `end`. Throws when the head is longer than the frame. */
export function bodyStart(from: Buffer, at: number, end: number): number {
  const start = at + HEADER_BYTES + frameHeadBytes(from, at);
  if (start > end) throw new ProtocolError('a frame head is longer than its frame');
  return start;
}

export function headText(from: Buffer, at: number, start: number): string {
  return from.toString('latin1', at + HEADER_BYTES, start);
}

/** The stream cannot be understood any more; the end that finds out destroys it. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

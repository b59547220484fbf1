/**
 * The format of the private stream between the master and a worker: frames, one
 * after another, numbers little-endian.
 *
 * ```
 *  0        4      5       6        8               16            20        40     40 + head length
 *  ┌────────┬──────┬───────┬────────┬───────────────┬─────────────┬─────────┬──────┬──────┐
 *  │ length │ type │ flags │ status │ id            │ head length │ figures │ head │ body │
 *  │ u32    │ u8   │ u8    │ u16    │ u32 low, high │ u32         │ 5 × u32 │      │      │
 *  └────────┴──────┴───────┴────────┴───────────────┴─────────────┴─────────┴──────┴──────┘
 * ```
 *
 * `length` counts the whole frame. The figures are zeros but in replies. The head is latin1 text, fields joined with a
 * line feed, which no header name or value can contain. Fields of a request:
 * its headers (name, value, …), method, URL, client ("address port"). Fields of
 * a reply, a reply head or a reply end: its headers or trailers, route, model,
 * version, error code.
 * The body is the rest of the frame.
 */

/** Frame types. To the worker: request, cancel, pause, resume; the others come from it. */
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
} as const;

export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** Flags of a request frame. */
export const FLAG = { HTTP_1_0: 1, ENCRYPTED: 2 } as const;

/** The numbers a reply brings with it: whole, from 0 to 2^32 − 1. */
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

export const HEADER_BYTES = 40;

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
  flags: number,
  status: number,
  id: number,
  figures: FrameFigures,
): void {
  into[at + 4] = type;
  into[at + 5] = flags;
  into[at + 6] = status;
  into[at + 7] = status >>> 8;
  writeWord(into, at + 8, id);
  writeWord(into, at + 12, id / HIGH_WORD);
  writeWord(into, at + 20, figures.runMicros);
  writeWord(into, at + 24, figures.inputMicros);
  writeWord(into, at + 28, figures.outputMicros);
  writeWord(into, at + 32, figures.rows);
  writeWord(into, at + 36, figures.ownRows);
}

/** Writes the two lengths, which are known last. */
export function writeLengths(into: Buffer, at: number, bytes: number, headBytes: number): void {
  writeWord(into, at, bytes);
  writeWord(into, at + 16, headBytes);
}

function writeWord(into: Buffer, at: number, value: number): void {
  // A typed array keeps the low eight bits, and >>> takes the number modulo 2^32.
  into[at] = value >>> 0;
  into[at + 1] = value >>> 8;
  into[at + 2] = value >>> 16;
  into[at + 3] = value >>> 24;
}

export function frameBytes(from: Buffer, at: number): number {
  return from.readUInt32LE(at);
}

export function frameType(from: Buffer, at: number): number {
  return from.readUInt8(at + 4);
}

export function frameFlags(from: Buffer, at: number): number {
  return from.readUInt8(at + 5);
}

export function frameStatus(from: Buffer, at: number): number {
  return from.readUInt16LE(at + 6);
}

export function frameId(from: Buffer, at: number): number {
  return from.readUInt32LE(at + 8) + from.readUInt32LE(at + 12) * HIGH_WORD;
}

export function frameFigures(from: Buffer, at: number): FrameFigures {
  return {
    runMicros: from.readUInt32LE(at + 20),
    inputMicros: from.readUInt32LE(at + 24),
    outputMicros: from.readUInt32LE(at + 28),
    rows: from.readUInt32LE(at + 32),
    ownRows: from.readUInt32LE(at + 36),
  };
}

/** Offset of the body of the frame at `at`, which ends at `end`. Throws when the head is longer than the frame. */
export function bodyStart(from: Buffer, at: number, end: number): number {
  const start = at + HEADER_BYTES + from.readUInt32LE(at + 16);
  if (start > end) throw new ProtocolError('a frame head is longer than its frame');
  return start;
}

/** The head's fields; the caller pops what does not belong to the headers off the end. */
export function headFields(from: Buffer, at: number, start: number): string[] {
  return from.toString('latin1', at + HEADER_BYTES, start).split('\n');
}

/** The stream cannot be understood any more; the end that finds out destroys it. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

import type { ReplyLines } from '../../../link/frames/reply-lines.js';
import type { WholeReply } from '../outlet.js';
import { type AnswerLines, answerHead } from './answer-head.js';

/** Marks for what differs between answers; no header can contain these characters. */
const LENGTH = '\u0100';
const ID = '\u0101';
const DATE = '\u0102';
const KEEP_ALIVE = '\u0103';
const PLACES = /[\u0100-\u0103]/;

/**
 * The head that all replies with the same lines share; only length, id, date and keep-alive are
 * filled in.
 */
class ReadyReply {
  readonly status: number;
  readonly isOfHead: boolean;
  readonly form: number;
  /** What stands before, between and behind the places, in the order in which they come. */
  readonly #parts: readonly string[];
  readonly #places: readonly string[];

  constructor({ status, lines }: WholeReply, isOfHead: boolean) {
    const headers = [...lines.headers, 'x-request-id', ID];
    if (lines.lengthAt >= 0) headers[lines.lengthAt] = LENGTH;
    const clock = { dateLine: DATE, keepAliveLines: KEEP_ALIVE };
    const { text, form } = answerHead(status, headers, isOfHead, clock);
    this.status = status;
    this.isOfHead = isOfHead;
    this.form = form;
    this.#parts = text.split(PLACES).map(inOneByte);
    this.#places = [...text].filter((letter) => PLACES.test(letter));
  }

  text(contentLength: number, requestId: string, clock: AnswerLines): string {
    const parts = this.#parts;
    let text = parts[0] as string;
    for (let i = 1; i < parts.length; i += 1) {
      text += this.#filled(this.#places[i - 1] as string, contentLength, requestId, clock);
      text += parts[i] as string;
    }
    return text;
  }

  #filled(place: string, contentLength: number, requestId: string, clock: AnswerLines): string {
    switch (place) {
      case LENGTH:
        return `${contentLength}`;
      case ID:
        return requestId;
      case DATE:
        return clock.dateLine;
      default:
        return clock.keepAliveLines;
    }
  }
}

/** V8 keeps a slice of a two-byte string two-byte, and with it every string that it is added to. */
function inOneByte(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Lives as long as the lines, of which a link keeps a bounded number. */
const known = new WeakMap<ReplyLines, ReadyReply>();

export function readyReply(reply: WholeReply, isOfHead: boolean): ReadyReply {
  const ready = known.get(reply.lines);
  if (ready?.status === reply.status && ready.isOfHead === isOfHead) return ready;
  const made = new ReadyReply(reply, isOfHead);
  known.set(reply.lines, made);
  return made;
}

/**
 * Finds the ends of HTTP/1.1 replies in a stream of bytes, as cheaply as can be: the load shares
 * the machine with the servers, and what it spends they lack. Replies must tell their length.
 *
 * head → body → head …
 */
export type WireReply = {
  readonly status: number;
  /** Empty unless bodies are kept. */
  readonly body: string;
  /** The server closes after this reply. */
  readonly isLast: boolean;
};

const NOTHING = Buffer.alloc(0);

export class ReplyReader {
  readonly #onReply: (reply: WireReply) => void;
  readonly #keepsBodies: boolean;
  /** The beginning of a head, or the kept part of a body. */
  #held: Buffer[] = [];
  #bodyLeft = -1;
  #status = 0;
  #isLast = false;

  constructor(onReply: (reply: WireReply) => void, keepsBodies: boolean) {
    this.#onReply = onReply;
    this.#keepsBodies = keepsBodies;
  }

  read(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      rest = this.#bodyLeft < 0 ? this.#readHead(rest) : this.#readBody(rest);
    }
  }

  #readHead(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([...this.#held, chunk]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#held = [bytes];
      return NOTHING;
    }
    this.#held = [];
    const head = bytes.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`a reply that does not tell its length: ${head}`);
    this.#status = Number(head.slice(9, 12));
    this.#isLast = /\r\nconnection: *close/i.test(head);
    this.#bodyLeft = Number(length);
    const rest = bytes.subarray(end + 4);
    // An empty body is over before its first byte.
    return this.#bodyLeft === 0 ? this.#readBody(rest) : rest;
  }

  #readBody(chunk: Buffer): Buffer {
    const part = chunk.length > this.#bodyLeft ? chunk.subarray(0, this.#bodyLeft) : chunk;
    if (this.#keepsBodies) this.#held.push(part);
    this.#bodyLeft -= part.length;
    if (this.#bodyLeft > 0) return NOTHING;
    this.#bodyLeft = -1;
    const body = this.#held.length === 1 ? part.toString() : Buffer.concat(this.#held).toString();
    this.#held = [];
    this.#onReply({ status: this.#status, body, isLast: this.#isLast });
    return chunk.subarray(part.length);
  }
}

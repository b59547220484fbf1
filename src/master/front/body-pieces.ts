/** Smaller pieces cost more as objects of their own than to copy. */
const SMALL_BYTES = 4096;
/** This many are kept as they come: few bodies have more. */
const FIRST_PIECES = 16;
const BLOCK_BYTES = 16 * 1024;

/**
 * The pieces of a body as they came, small ones gathered: a client that sends a
 * megabyte byte by byte must not make the server hold a million objects, each a
 * hundred times as large as what it stands for.
 */
export class BodyPieces {
  readonly #request: { body: Buffer[] };
  #block: Buffer = NONE;
  /** Where the last piece begins in the block, if it lies there, and the block's free part. */
  #from = 0;
  #free = 0;
  #isLastInBlock = false;

  /** @param request its body is where they go; not kept here, so that it is free when the request lets go of it */
  constructor(request: { body: Buffer[] }) {
    this.#request = request;
  }

  add(piece: Buffer): void {
    const { body } = this.#request;
    if (body.length < FIRST_PIECES || piece.length >= SMALL_BYTES) {
      body.push(piece);
      this.#isLastInBlock = false;
      return;
    }
    this.#gather(piece, body);
  }

  #gather(piece: Buffer, body: Buffer[]): void {
    if (this.#free + piece.length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      this.#free = 0;
      this.#isLastInBlock = false;
    }
    if (this.#isLastInBlock) body.pop();
    else this.#from = this.#free;
    piece.copy(this.#block, this.#free);
    this.#free += piece.length;
    body.push(this.#block.subarray(this.#from, this.#free));
    this.#isLastInBlock = true;
  }
}

const NONE = Buffer.alloc(0);

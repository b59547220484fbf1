import type { Socket } from 'node:net';
import type { AnswerClock } from './answer-clock.js';
import type { CanonicalOutlet } from './canonical-outlet.js';
import { DirectWriting } from './direct-writing.js';

/**
 * The answers of one connection, in the order of their requests. The first has
 * the turn: it is written as it comes. The others are held until those before
 * them are out, and out means taken by the kernel.
 */
export class Turns {
  readonly socket: Socket;
  readonly writing: DirectWriting;
  readonly clock: AnswerClock;
  /** Bytes of answers whose turn has not come. */
  heldBytes = 0;
  /** Nothing follows the answer that was written last. */
  isOver = false;
  /** Called when more may be read, or nothing is due any more. */
  onProgress: () => void = nothing;
  readonly #outlets: CanonicalOutlet[] = [];
  constructor(socket: Socket, clock: AnswerClock) {
    this.socket = socket;
    this.writing = new DirectWriting(socket, () => this.#taken());
    this.clock = clock;
  }

  /** No answer is due, and all that were are out. */
  get isEmpty(): boolean {
    return this.#outlets.length === 0;
  }

  /** A client that sends requests and takes no answers gets no more of them read. */
  get isFull(): boolean {
    return this.heldBytes >= this.socket.writableHighWaterMark || this.writing.isFull;
  }

  add(outlet: CanonicalOutlet): void {
    this.#outlets.push(outlet);
    if (this.#outlets.length === 1) outlet.takeTurn();
  }

  /** Drops answers that are out, and gives the turn to the next. */
  advance(): void {
    let first = this.#outlets[0];
    while (first?.isEnded && this.writing.waitingBytes === 0) {
      this.#outlets.shift();
      first.close();
      if (first.isLast) {
        this.isOver = true;
        this.socket.destroySoon();
        return;
      }
      first = this.#outlets[0];
      first?.takeTurn();
    }
    this.onProgress();
  }

  /** `node:http` has the connection from now on. */
  leave(): void {
    this.onProgress = nothing;
  }

  /** Some of what was written is out. */
  #taken(): void {
    if (!this.writing.isFull) this.#outlets[0]?.drained();
    this.advance();
  }
}

function nothing(): void {}

import type { LinkRequest } from './link-request.js';

/** A run as long as this leaves time enough for what stands by behind it to be taken back. */
const LONG_RUN_MS = 4;

type Held = { readonly request: LinkRequest; readonly id: number };

/**
 * What stands by behind a long run, and came in one read with it: whether it is still to run, or was
 * taken back meanwhile and runs elsewhere, is in what has not been read yet. So it waits until the
 * event loop has looked at the link once more, and so does all that comes after it.
 */
export class SecondLook {
  readonly #held: Held[] = [];
  readonly #hand: (request: LinkRequest, id: number) => void;
  #readAtMs = 0;

  constructor(hand: (request: LinkRequest, id: number) => void) {
    this.#hand = hand;
  }

  get count(): number {
    return this.#held.length;
  }

  /** The link is being read. */
  reads(): void {
    this.#readAtMs = performance.now();
  }

  /** Whether what is at hand was read so long ago that it may have been taken back since. */
  get isDue(): boolean {
    return performance.now() - this.#readAtMs > LONG_RUN_MS;
  }

  hold(request: LinkRequest, id: number): void {
    this.#held.push({ request, id });
    // The first of them comes before the link is polled, what it asks for after that.
    if (this.#held.length === 1) setImmediate(() => setImmediate(() => this.#next()));
  }

  /** True: it was held, and is not begun. */
  cancel(id: number): boolean {
    const at = this.#held.findIndex((held) => held.id === id);
    if (at >= 0) this.#held.splice(at, 1);
    return at >= 0;
  }

  #next(): void {
    const first = this.#held.shift();
    if (first === undefined) return;
    this.#hand(first.request, first.id);
    if (this.#held.length > 0) setImmediate(() => this.#next());
  }
}

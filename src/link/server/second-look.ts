import type { LinkRequest } from './link-request.js';

/** After a run as long as this, what stood by behind it may have been taken back. */
const LONG_RUN_MS = 4;

type Held = { readonly request: LinkRequest; readonly id: number };

/**
 * Standby requests that came in the same read as a long run. Whether such a request is still to run
 * here, or was taken back meanwhile and runs elsewhere, is told by bytes that have not been read
 * yet. So it waits until the event loop has polled the link once more, and so does everything that
 * comes after it.
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

  /** Whether the last read was so long ago that what came in it may have been taken back since. */
  get isDue(): boolean {
    return performance.now() - this.#readAtMs > LONG_RUN_MS;
  }

  hold(request: LinkRequest, id: number): void {
    this.#held.push({ request, id });
    // The first immediate runs before the link is polled, the one that it asks for runs after that.
    if (this.#held.length === 1) setImmediate(() => setImmediate(() => this.#next()));
  }

  /** True when it was held: then it has not begun, and will not. */
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

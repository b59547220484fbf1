import type { LinkRequest } from './link-request.js';

/** After a run as long as this, what stood by behind it may have been taken back. */
const LONG_RUN_MS = 4;

type Held = { readonly request: LinkRequest; readonly id: number; readonly isStandby: boolean };

/**
 * Standby requests that may not begin yet, and everything that came after them.
 *
 * - A request before it is not answered yet. A run in slices, or one that waits for something, lets
 *   the event loop turn meanwhile; but the master reckons that this worker runs one or the other.
 * - It came in the same read as a long run. Whether it is still to run here, or was taken back
 *   meanwhile and runs elsewhere, is told by bytes that have not been read yet. So the event loop
 *   polls the link once more first.
 */
export class StandbyHold {
  readonly #held: Held[] = [];
  readonly #hand: (request: LinkRequest, id: number) => void;
  readonly #owesNothing: () => boolean;
  #readAtMs = 0;
  /** The first of them waits for the answers of those before it. */
  #isWaiting = false;

  /** @param owesNothing whether everything handed on is answered; call `answered` when it becomes true */
  constructor(hand: (request: LinkRequest, id: number) => void, owesNothing: () => boolean) {
    this.#hand = hand;
    this.#owesNothing = owesNothing;
  }

  get count(): number {
    return this.#held.length;
  }

  /** The link is being read. */
  reads(): void {
    this.#readAtMs = performance.now();
  }

  /** Whether a standby request at hand may begin: its turn has come, and it was read just now. */
  mayBegin(): boolean {
    return this.#owesNothing() && performance.now() - this.#readAtMs <= LONG_RUN_MS;
  }

  hold(request: LinkRequest, id: number, isStandby: boolean): void {
    this.#held.push({ request, id, isStandby });
    if (this.#held.length === 1) this.#lookFirst();
  }

  /** True when it was held: then it has not begun, and will not. */
  cancel(id: number): boolean {
    const at = this.#held.findIndex((held) => held.id === id);
    if (at < 0) return false;
    this.#held.splice(at, 1);
    this.answered();
    return true;
  }

  answered(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#lookFirst();
  }

  /** The first immediate runs before the link is polled, the one that it asks for runs after that. */
  #lookFirst(): void {
    setImmediate(() => setImmediate(() => this.#next()));
  }

  #next(): void {
    const [first] = this.#held;
    if (first === undefined) return;
    if (first.isStandby && !this.#owesNothing()) {
      this.#isWaiting = true;
      return;
    }
    this.#held.shift();
    this.#hand(first.request, first.id);
    if (this.#held.length > 0) setImmediate(() => this.#next());
  }
}

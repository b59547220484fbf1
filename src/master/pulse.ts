/** How often deadlines are looked at. */
const BEAT_MS = 50;
/** While there is nothing to be late with: an idle server leaves the CPU alone. Well below what the clock takes for a gap. */
const REST_MS = 250;

/**
 * Looks after all that may be late, by one timer.
 *
 * beating ⇄ resting: it rests after a look that found nothing in hand, until it is stirred.
 */
export class Pulse {
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #isResting = false;

  /** @param look returns whether nothing is in hand that may soon be late */
  constructor(look: () => boolean) {
    this.#look = look;
  }

  start(): void {
    this.#timer = setTimeout(
      () => {
        this.#isResting = false; // until the look is over, so that being stirred by it starts no second timer
        this.#isResting = this.#look();
        if (this.#timer !== undefined) this.start();
      },
      this.#isResting ? REST_MS : BEAT_MS,
    );
  }

  /** Something is in hand from now on. */
  stir(): void {
    if (!this.#isResting) return;
    this.#isResting = false;
    clearTimeout(this.#timer);
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isResting = false;
  }
}

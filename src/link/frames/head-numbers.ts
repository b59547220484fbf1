/** The most heads with a number at a time; a number fits in a byte. */
export const MOST_HEADS = 255;
/** Longer heads are sent whole each time: the other end would have to keep them. */
const LONGEST_HEAD = 4096;
/** When too few heads came again, this many are sent without looking any up. */
const REST_HEADS = 16 * 1024;

/**
 * Numbers for heads that come again, as nearly all do: a client asks for the same with the same
 * headers, a route replies with the same. Such a head crosses a link once, and from then on only
 * its number does: the other end has decoded it already.
 *
 * When all numbers are taken, numbering starts over. Where few heads come again, as with a trace id
 * in each, nothing is looked up for a while.
 */
export class HeadNumbers {
  /** Numbers of an earlier generation mean nothing any more. */
  generation = 0;
  readonly #byText: Map<string, number> = new Map();
  #found = 0;
  #resting = 0;

  /** Its number; 0 when it has none. */
  of(text: string): number {
    if (this.#resting > 0) {
      this.#resting -= 1;
      return 0;
    }
    if (text.length > LONGEST_HEAD) return 0;
    const known = this.#byText.get(text);
    if (known !== undefined) {
      this.#found += 1;
      return known;
    }
    if (this.#byText.size === MOST_HEADS) this.#beginAnew();
    const number = this.#byText.size + 1;
    this.#byText.set(text, number);
    return number;
  }

  #beginAnew(): void {
    if (this.#found < MOST_HEADS) this.#resting = REST_HEADS;
    this.#found = 0;
    this.generation += 1;
    this.#byText.clear();
  }
}

/** Which numbers the other end of one link has been told the heads of. */
export class ToldHeads {
  readonly #generations: number[] = new Array(MOST_HEADS + 1).fill(-1);

  /** Whether it knows the number; from now on it does. */
  tell(number: number, generation: number): boolean {
    if (number === 0) return false;
    const isKnown = this.#generations[number] === generation;
    this.#generations[number] = generation;
    return isKnown;
  }
}

/** The heads that the other end has told, decoded. */
export class HeardHeads<Head> {
  readonly #heads: (Head | undefined)[] = new Array(MOST_HEADS + 1).fill(undefined);

  /** Undefined when that number was never told. */
  get(number: number): Head | undefined {
    return this.#heads[number];
  }

  /** A head with number 0 is not kept. */
  keep(number: number, head: Head): Head {
    if (number > 0 && number <= MOST_HEADS) this.#heads[number] = head;
    return head;
  }
}

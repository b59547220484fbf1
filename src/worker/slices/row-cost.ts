/** How many rows a part has, so that it takes the time that it should. */

/**
 * An owner looks at its link between two parts; helpers wait at most this long for their next
 * slice.
 */
const OWN_MICROS = 2000;
/**
 * The size of a helper's slice: large enough to be worth the way, small enough for a request that
 * comes meanwhile.
 */
const SLICE_MICROS = 10_000;
/** The longest that a part of several rows may take. */
const MOST_MICROS = 20_000;
/** Matrix products are inefficient with fewer rows than this. */
const EFFICIENT_ROWS = 16;
/** A request that is done sooner is not worth the trouble. */
const LEAST_MICROS = 4000;
/** Rows from which a model that has run nothing yet is sliced; its cost is found out on the way. */
const UNKNOWN_ROWS = 2 * EFFICIENT_ROWS;
const WEIGHT = 1 / 4;

/** What a row of one model costs, of late: to run, and to write. */
export class RowCost {
  /** Parts have a multiple of it, where they can. */
  readonly #step: number;
  #microsPerRow = 0;

  /** @param step the rows that the model runs at once, where it runs no other number */
  constructor(step = 1) {
    this.#step = step;
  }

  get isKnown(): boolean {
    return this.#microsPerRow > 0;
  }

  get microsPerRow(): number {
    return this.#microsPerRow;
  }

  observe(rows: number, micros: number): void {
    if (!(micros > 0) || rows === 0) return;
    const cost = micros / rows;
    if (!this.isKnown) {
      this.#microsPerRow = cost;
      return;
    }
    // A collection of garbage, or another process: one slow part must not make the next ones tiny.
    const believed = Math.min(cost, 2 * this.#microsPerRow);
    this.#microsPerRow += WEIGHT * (believed - this.#microsPerRow);
  }

  /** Whether others may help with a request of so many rows. */
  isWorthSlicing(rows: number): boolean {
    if (!this.isKnown) return rows >= UNKNOWN_ROWS;
    return rows > 1 && rows * this.#microsPerRow >= LEAST_MICROS;
  }

  /** The next part that the owner runs itself. @param before rows of the last; it at most doubles */
  ownRows(before: number): number {
    return this.#stepped(Math.min(this.#rowsFor(OWN_MICROS), 2 * before));
  }

  /** The next part for another worker: smaller towards the end, so that all end together. */
  sliceRows(rowsLeft: number): number {
    return this.#stepped(Math.min(this.#rowsFor(SLICE_MICROS), Math.ceil(rowsLeft / 2)));
  }

  #rowsFor(micros: number): number {
    const rows = Math.floor(micros / this.#microsPerRow);
    if (rows >= EFFICIENT_ROWS) return rows;
    const most = Math.floor(MOST_MICROS / this.#microsPerRow);
    return Math.max(rows, Math.min(EFFICIENT_ROWS, most));
  }

  #stepped(rows: number): number {
    return Math.max(1, Math.floor(rows / this.#step)) * this.#step;
  }
}

import type { Values } from './block.js';
import type { CategorySplit } from './tree-node.js';

/** From here on XGBoost takes a number for no category; no library has so many. */
export const MOST_CATEGORIES: number = 2 ** 24;

const MISSING_LEFT = 1;
const SET_LEFT = 2;

/** The splits of categories: a set each, and which way it goes. */
export class CategorySets {
  readonly #features: Int32Array;
  readonly #flags: Uint8Array;
  /** Bits of set i are from word `starts[i]` to `starts[i + 1]`. */
  readonly #starts: Int32Array;
  readonly #words: Uint32Array;
  readonly #least: number;

  /**
   * @param least categories are beyond that: −1 where every number above it is cut down to a whole
   *   one (LightGBM), else just below 0
   */
  constructor(splits: readonly CategorySplit[], least: number) {
    this.#least = least;
    this.#features = Int32Array.from(splits, ({ feature }) => feature);
    this.#flags = Uint8Array.from(
      splits,
      ({ missing, setGoes }) =>
        (missing === 'left' ? MISSING_LEFT : 0) | (setGoes === 'left' ? SET_LEFT : 0),
    );
    this.#starts = new Int32Array(splits.length + 1);
    splits.forEach(({ words }, set) => {
      this.#starts[set + 1] = (this.#starts[set] ?? 0) + words.length;
    });
    this.#words = new Uint32Array(this.#starts.at(-1) ?? 0);
    splits.forEach(({ words }, set) => {
      this.#words.set(words, this.#starts[set]);
    });
  }

  /** @param row where the row begins in `values` */
  goesLeft(set: number, values: Values, row: number): boolean {
    const value = values[row + (this.#features[set] as number)] as number;
    const flags = this.#flags[set] as number;
    if (Number.isNaN(value)) return (flags & MISSING_LEFT) !== 0;
    return this.#has(set, value) === ((flags & SET_LEFT) !== 0);
  }

  #has(set: number, value: number): boolean {
    if (!(value > this.#least && value < MOST_CATEGORIES)) return false;
    const category = Math.trunc(value);
    const word = (this.#starts[set] as number) + (category >>> 5);
    if (word >= (this.#starts[set + 1] as number)) return false;
    return (((this.#words[word] as number) >>> (category & 31)) & 1) === 1;
  }
}

/** As long as whole numbers that are read exactly are (see exact-integers.ts). */
const LEAST_DIGITS = 16;
const MOST_DIGITS = 20;
/** Digits are read in two parts, each a small whole number. */
const LOW_DIGITS = 9;
const LOW_PART = 1e9;
const ZERO = 0x30;
const NINE = 0x39;
const WORD: number = 2 ** 32;
/** The upper word of 2^63, which only a negative number may have. */
const SIGN: number = 2 ** 31;

/** Whole numbers that no double holds, by their words of 32 bits: a bigint for each costs more than all else. */
export class WideIntegers {
  /** Where among the values they are. */
  readonly #at: number[] = [];
  readonly #high: number[] = [];
  readonly #low: number[] = [];
  readonly #isNegative: boolean[] = [];

  clear(): void {
    this.#at.length = 0;
    this.#high.length = 0;
    this.#low.length = 0;
    this.#isNegative.length = 0;
  }

  /** Takes the number without its sign; what is not written in as many digits is left out. */
  add(bytes: Uint8Array, start: number, end: number, isNegative: boolean, at: number): void {
    if (end - start < LEAST_DIGITS || end - start > MOST_DIGITS) return;
    const middle = end - LOW_DIGITS;
    const upper = digits(bytes, start, middle);
    const lower = digits(bytes, middle, end);
    if (upper < 0 || lower < 0) return;
    // upper × 10^9 + lower, in steps that a double holds exactly.
    const top = Math.floor(upper / 2 ** 20) * LOW_PART;
    const rest = (top % 2 ** 12) * 2 ** 20 + (upper % 2 ** 20) * LOW_PART + lower;
    this.#at.push(at);
    this.#high.push(Math.floor(top / 2 ** 12) + Math.floor(rest / WORD));
    this.#low.push(rest % WORD);
    this.#isNegative.push(isNegative);
  }

  /**
   * Writes the one that stands at `at`, if it is the `index`th; false: it is none of them, or too large.
   *
   * @param words of 64-bit integers, the lower one first
   */
  write(index: number, at: number, isSigned: boolean, words: Uint32Array): boolean {
    if (this.#at[index] !== at) return false;
    const high = this.#high[index] as number;
    const low = this.#low[index] as number;
    const isNegative = this.#isNegative[index] === true;
    if (isNegative) {
      if (!isSigned || high > SIGN || (high === SIGN && low > 0)) return false;
    } else if (high >= (isSigned ? SIGN : WORD)) {
      return false;
    }
    // Arrays of words keep what is left of a number modulo 2^32.
    words[2 * at] = isNegative ? -low : low;
    words[2 * at + 1] = isNegative ? -high - (low > 0 ? 1 : 0) : high;
    return true;
  }
}

/** −1: they are not all digits. */
function digits(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

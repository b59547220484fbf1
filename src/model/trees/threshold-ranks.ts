/** Values and the thresholds they are compared with, as small whole numbers. */
import type { Block } from './block.js';

/**
 * What a missing value does at a split: goes left, goes right, or counts as zero; `zero-left` and
 * `zero-right` take zero itself for a missing value, too.
 */
export type Missing = 'left' | 'right' | 'as-zero' | 'zero-left' | 'zero-right';

/** Before every threshold, and beyond all. */
const LEFTMOST = -1;
const RIGHTMOST = 0x3fff_ffff;
/** LightGBM takes what is no farther from zero for zero. */
const LARGEST_ZERO = 1e-35;

/** What of each feature is looked up. */
export type RankTable = {
  /** A value equal to a threshold is not beyond it. */
  readonly isInclusive: boolean;
  /** Features that splits read; thresholds and slots of `features[i]` begin at `…Starts[i]`. */
  readonly features: Int32Array;
  readonly thresholdStarts: Int32Array;
  /** Ascending within a feature. */
  readonly thresholds: Float64Array;
  /** A slot for each way the splits of a feature treat a missing value: mostly one. */
  readonly slotStarts: Int32Array;
  readonly slotMissing: readonly Missing[];
};

/**
 * A value's rank is the number of its feature's thresholds that it is beyond: comparing ranks
 * gives what comparing values gives. A row is looked up once and not at every split, and where a
 * missing value goes is in its rank, so that no split asks.
 */
export class ThresholdRanks {
  /** Ranks of one row. */
  readonly width: number;
  readonly #table: RankTable;
  readonly #missingRanks: Int32Array;
  readonly #isZeroMissing: Uint8Array;

  constructor(table: RankTable) {
    this.#table = table;
    this.width = table.slotMissing.length;
    this.#isZeroMissing = Uint8Array.from(table.slotMissing, (missing) =>
      missing.startsWith('zero') ? 1 : 0,
    );
    this.#missingRanks = new Int32Array(this.width);
    for (let i = 0; i < table.features.length; i++) {
      const zeroRank = rankIn(table, i, 0);
      for (let slot = table.slotStarts[i] ?? 0; slot < (table.slotStarts[i + 1] ?? 0); slot++) {
        this.#missingRanks[slot] = missingRank(table.slotMissing[slot], zeroRank);
      }
    }
  }

  /** Writes `width` ranks for each row of the block. */
  write({ values, features, firstRow, rows }: Block, ranks: Int32Array): void {
    for (let row = 0; row < rows; row++) {
      this.#writeRow(values, (firstRow + row) * features, ranks, row * this.width);
    }
  }

  #writeRow(values: Block['values'], from: number, ranks: Int32Array, to: number): void {
    const table = this.#table;
    const { features, slotStarts } = table;
    const missingRanks = this.#missingRanks;
    const isZeroMissing = this.#isZeroMissing;
    for (let i = 0; i < features.length; i++) {
      const value = values[from + (features[i] as number)] as number;
      const isMissing = Number.isNaN(value);
      const isZero = Math.abs(value) <= LARGEST_ZERO;
      const rank = isMissing ? 0 : rankIn(table, i, value);
      const end = slotStarts[i + 1] as number;
      for (let slot = slotStarts[i] as number; slot < end; slot++) {
        const takesMissing = isMissing || (isZero && isZeroMissing[slot] === 1);
        ranks[to + slot] = takesMissing ? (missingRanks[slot] as number) : rank;
      }
    }
  }
}

/** How many thresholds of the i-th feature `value` is beyond. */
function rankIn(table: RankTable, i: number, value: number): number {
  const { thresholds, thresholdStarts, isInclusive } = table;
  const start = thresholdStarts[i] as number;
  let low = start;
  let high = thresholdStarts[i + 1] as number;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const threshold = thresholds[middle] as number;
    if (isInclusive ? threshold < value : threshold <= value) low = middle + 1;
    else high = middle;
  }
  return low - start;
}

function missingRank(missing: Missing | undefined, zeroRank: number): number {
  if (missing === 'as-zero') return zeroRank;
  return missing === 'left' || missing === 'zero-left' ? LEFTMOST : RIGHTMOST;
}

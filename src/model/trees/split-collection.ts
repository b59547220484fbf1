/** The splits of all trees, while they are read. */
import { type Missing, ThresholdRanks } from './threshold-ranks.js';

const MISSING: readonly Missing[] = ['left', 'right', 'as-zero', 'zero-left', 'zero-right'];

/** What each split compares: it goes left where the rank in its slot is below its key. */
export type Comparisons = { readonly slots: Int32Array; readonly keys: Int32Array };

export type RankedSplits = { readonly ranks: ThresholdRanks; readonly comparisons: Comparisons };

/** All that splits ask of one feature. */
class Feature {
  readonly thresholds: Set<number> = new Set();
  /** Ways to treat a missing value, as indexes of `MISSING`. */
  readonly ways: Set<number> = new Set();
}

/** Numbers the splits as they come; ranks their thresholds when all are there. */
export class SplitCollection {
  readonly #features: number[] = [];
  readonly #thresholds: number[] = [];
  readonly #ways: number[] = [];

  /** The number of the split. */
  add(feature: number, threshold: number, missing: Missing): number {
    this.#thresholds.push(threshold);
    this.#ways.push(MISSING.indexOf(missing));
    return this.#features.push(feature) - 1;
  }

  /** @param isInclusive a value equal to the threshold goes left */
  rank(isInclusive: boolean): RankedSplits {
    const asked = this.#byFeature();
    const features = [...asked.keys()].sort((a, b) => a - b);
    const uses = features.map((feature) => asked.get(feature) ?? new Feature());
    const thresholds = uses.map((use) => Float64Array.from(use.thresholds).sort());
    const ways = uses.map((use) => [...use.ways].sort());
    const slotStarts = startsOf(ways);
    const slotOf = new Map(
      ways.flatMap((own, i) =>
        own.map((way, k) => [code(features[i] ?? 0, way), (slotStarts[i] ?? 0) + k] as const),
      ),
    );
    const ranks = new ThresholdRanks({
      isInclusive,
      features: Int32Array.from(features),
      thresholdStarts: startsOf(thresholds),
      thresholds: joined(thresholds),
      slotStarts,
      slotMissing: ways.flat().map((way) => MISSING[way] ?? 'right'),
    });
    const keyOf = new Map(features.map((feature, i) => [feature, positions(thresholds[i])]));
    const slots = Int32Array.from(
      this.#features,
      (feature, split) => slotOf.get(code(feature, this.#ways[split] ?? 0)) ?? 0,
    );
    const keys = Int32Array.from(
      this.#features,
      (feature, split) => 1 + (keyOf.get(feature)?.get(this.#thresholds[split] ?? 0) ?? 0),
    );
    return { ranks, comparisons: { slots, keys } };
  }

  #byFeature(): Map<number, Feature> {
    const asked = new Map<number, Feature>();
    this.#features.forEach((feature, split) => {
      const use = asked.get(feature) ?? new Feature();
      asked.set(feature, use);
      use.thresholds.add(this.#thresholds[split] ?? 0);
      use.ways.add(this.#ways[split] ?? 0);
    });
    return asked;
  }
}

function code(feature: number, way: number): number {
  return feature * MISSING.length + way;
}

function positions(values: Float64Array = new Float64Array()): Map<number, number> {
  return new Map(Array.from(values, (value, index) => [value, index]));
}

/** Where each list begins when they lie one after another, and where the last ends. */
function startsOf(lists: readonly { readonly length: number }[]): Int32Array {
  const starts = new Int32Array(lists.length + 1);
  lists.forEach(({ length }, index) => {
    starts[index + 1] = (starts[index] ?? 0) + length;
  });
  return starts;
}

function joined(lists: readonly Float64Array[]): Float64Array {
  const starts = startsOf(lists);
  const all = new Float64Array(starts.at(-1) ?? 0);
  lists.forEach((list, index) => {
    all.set(list, starts[index]);
  });
  return all;
}

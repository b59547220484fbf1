import type { Values } from './block.js';

/** A model of trees, or of weights, whatever library made it. */
export type Ensemble = {
  /** Of its inputs, margins and predictions. */
  readonly dtype: 'float32' | 'float64';
  readonly features: number;
  /** Names of the features in their order; none where the file has none. */
  readonly featureNames: readonly string[];
  /** What counts as missing beside NaN. */
  readonly missing: number | undefined;
  /** Raw scores of one row. */
  readonly margins: number;
  /** Numbers that become of them. */
  readonly predictions: number;
  /** 0 where it has none: then `leaves` gives nothing. */
  readonly trees: number;
  /** Writes `margins` numbers for each row to `sums`, which has zeros. */
  score(values: Values, rows: number, sums: Values): void;
  /** What the margins mean, `predictions` numbers a row: in their place, or anew. */
  predict(margins: Values): Values;
  /** Where each row ends, `trees` numbers a row, as the library numbers leaves. */
  leaves(values: Values, rows: number): Int32Array;
};

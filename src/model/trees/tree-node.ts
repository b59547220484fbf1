/** A node of a tree, in words that both formats can be put into. */
import type { Missing } from './threshold-ranks.js';

/** A number, compared with a threshold: the smaller goes left. */
export type Split = {
  readonly kind: 'split';
  readonly feature: number;
  readonly threshold: number;
  readonly missing: Missing;
  readonly left: number;
  readonly right: number;
};

/** A category: in the set, or not. */
export type CategorySplit = {
  readonly kind: 'categories';
  readonly feature: number;
  /** Bit c of them is set where category c is in the set. */
  readonly words: Uint32Array;
  /** Where the set goes; all others go the other way. */
  readonly setGoes: 'left' | 'right';
  readonly missing: 'left' | 'right';
  readonly left: number;
  readonly right: number;
};

export type Leaf = {
  readonly kind: 'leaf';
  /** What its own library calls it. */
  readonly id: number;
  /** As many as the forest has for each leaf. */
  readonly values: ArrayLike<number>;
  readonly linear?: LinearTerm;
};

/** A leaf's value is `constant` and coefficient × feature of each; the plain one where one is missing. */
export type LinearTerm = {
  readonly constant: number;
  readonly features: readonly number[];
  readonly coefficients: readonly number[];
};

export type TreeNode = Split | CategorySplit | Leaf;

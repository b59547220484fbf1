/** Classes of requests, the one that goes first first. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;

export type Priority = (typeof PRIORITIES)[number];

export type Weights = Readonly<Record<Priority, number>>;

/**
 * Weights such that `low` gets this share of the dispatches while all classes
 * wait, and each class the same factor more than the one below: with the factor
 * k, 1 : k : k², so that 1 / (1 + k + k²) is the share.
 *
 * @param lowShare above 0 and at most a third, where all are equal
 */
export function weightsOf(lowShare: number): Weights {
  const factor = (Math.sqrt(4 / lowShare - 3) - 1) / 2;
  return { low: 1, normal: factor, high: factor * factor };
}

/** Without a share there is one class, and no weights. */
export function weightsFor(lowShare: number | undefined): Weights | undefined {
  return lowShare === undefined ? undefined : weightsOf(lowShare);
}

/**
 * The name somebody probably meant, for "did you mean": case, dashes and underscores do not
 * matter, and up to one letter in three may be wrong. `undefined` when nothing is near.
 */
export function closestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = letters(name);
  let closest: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    // At least the difference in length is wrong: of a very long name nothing need be compared.
    if (wanted.length - candidate.length >= least) continue;
    const distance = editDistance(wanted, letters(candidate));
    if (distance < least) {
      least = distance;
      closest = candidate;
    }
  }
  return closest;
}

/** `; did you mean "bind"?`, or a full stop when nothing is near: the end of a fault. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const closest = closestName(name, candidates);
  return closest === undefined ? '.' : `; did you mean ${closest}?`;
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** Letters to add, drop, replace or swap with their neighbour; one row of the table at a time. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const isSwap = j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Arrivals of a Poisson process, with this mean time between them. */
export function poissonArrivals(count: number, gapMs: number, random: Random): Float64Array {
  const arrivalsMs = new Float64Array(count);
  let nowMs = 0;
  for (let n = 0; n < count; n += 1) {
    nowMs -= Math.log(1 - random()) * gapMs;
    arrivalsMs[n] = nowMs;
  }
  return arrivalsMs;
}

/** A share of the requests takes this long, give or take some of it, as measured times do. */
export type Kind = { readonly share: number; readonly ms: number };

/** Times of a mix of kinds, each by up to `noise` of itself longer or shorter. */
export function mixedServices(
  count: number,
  kinds: readonly Kind[],
  noise: number,
  random: Random,
): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const { ms } = pick(kinds, random());
    return ms * (1 + noise * (2 * random() - 1));
  });
}

export function meanMs(kinds: readonly Kind[]): number {
  return kinds.reduce((sum, { share, ms }) => sum + share * ms, 0);
}

function pick(kinds: readonly Kind[], at: number): Kind {
  let upTo = 0;
  for (const kind of kinds) {
    upTo += kind.share;
    if (at < upTo) return kind;
  }
  return kinds.at(-1) ?? { share: 1, ms: 0 };
}

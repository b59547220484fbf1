import type { Random } from '../simulation/random.js';
import { ODD, PLAIN, SHARP_BYTES } from './corpus.js';

/** One connection: what a client sends on it, in which pieces, and what becomes of its requests. */
export type Case = {
  readonly pieces: readonly Buffer[];
  /** Of each request one, by its size: 0 is answered at once; those above wait, and the highest goes first. */
  readonly waits: readonly number[];
  /** The client sends no more before what waits is answered. */
  readonly endsEarly: boolean;
};

const MOST_REQUESTS = 4;

export function makeCase(random: Random): Case {
  const bytes = makeBytes(random);
  const waits = Array.from({ length: 8 }, () => (random() < 0.6 ? 0 : 1 + pick(random, 9)));
  return { pieces: cut(bytes, random), waits, endsEarly: random() < 0.05 };
}

function makeBytes(random: Random): Buffer {
  const count = 1 + pick(random, MOST_REQUESTS);
  const requests = Array.from({ length: count }, () => oneOf(random() < 0.7 ? PLAIN : ODD, random));
  let bytes = Buffer.from(requests.join(''), 'latin1');
  const mutations = random() < 0.4 ? 0 : 1 + pick(random, 3);
  for (let n = 0; n < mutations && bytes.length > 0; n += 1) bytes = mutate(bytes, random);
  return bytes;
}

function mutate(bytes: Buffer, random: Random): Buffer<ArrayBuffer> {
  const at = pick(random, bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (pick(random, 9)) {
    case 0: // another byte
      return Buffer.concat([before, sharp(random), after.subarray(1)]);
    case 1: // one more
    case 2:
      return Buffer.concat([before, sharp(random), after]);
    case 3: // one fewer
      return Buffer.concat([before, after.subarray(1)]);
    case 4: // any byte at all
      return Buffer.concat([before, Buffer.of(pick(random, 256)), after.subarray(1)]);
    case 5: // the end is missing
      return Buffer.from(before);
    case 6: // a part comes twice
      return Buffer.concat([before, after.subarray(0, pick(random, 60)), after]);
    case 7: // a part is missing
      return Buffer.concat([before, after.subarray(pick(random, 30))]);
    default: // another request in the middle of one
      return Buffer.concat([before, Buffer.from(oneOf(ODD, random), 'latin1'), after]);
  }
}

/** Mostly in one piece or in few; now and then byte by byte. */
function cut(bytes: Buffer, random: Random): Buffer[] {
  const kind = random();
  if (kind < 0.45) return [bytes];
  if (kind < 0.48 && bytes.length < 600) {
    return Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
  }
  const cuts = Array.from({ length: 1 + pick(random, 4) }, () => pick(random, bytes.length));
  const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
  return places
    .map((place, index) => bytes.subarray(place, places[index + 1] ?? place))
    .filter(({ length }) => length > 0);
}

function sharp(random: Random): Buffer {
  return Buffer.of(oneOf(SHARP_BYTES, random));
}

function pick(random: Random, below: number): number {
  return Math.floor(random() * below);
}

function oneOf<T>(list: readonly T[], random: Random): T {
  return list[pick(random, list.length)] as T;
}

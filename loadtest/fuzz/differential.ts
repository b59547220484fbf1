/** The same bytes through both ways into the server; whatever differs is a fault of the fast one. */
import { seeded } from '../simulation/random.js';
import { type Case, makeCase } from './cases.js';
import { type Seen, StandIn } from './stand-in.js';
import { settled, Wire } from './wire.js';

/** `isClosedBefore`: before the client ended its side. */
export type Outcome = Seen & { readonly isClosedBefore: boolean };

export type Difference = {
  readonly number: number;
  readonly what: string;
  readonly pieces: readonly string[];
  readonly fast: Outcome;
  readonly http: Outcome;
};

export type FuzzReport = {
  readonly cases: number;
  readonly requests: number;
  /** Connections that the fast path did not read to their end. */
  readonly handedOver: number;
  /** The first few. */
  readonly differences: readonly Difference[];
};

const MOST_DIFFERENCES = 5;
/** Turns of the event loop in which all that has been sent is read and answered. */
const READ_TURNS = 1;
const LAST_TURNS = 3;

/** @param from number of the first case: each has a seed of its own, so that one can be run alone */
export async function fuzz(
  seed: number,
  from: number,
  count: number,
  note: (done: number) => void = () => {},
): Promise<FuzzReport> {
  const differences: Difference[] = [];
  let requests = 0;
  const pairs = [pairFor([]), pairFor(['http://page'])] as const;
  for (let number = from; number < from + count; number += 1) {
    const one = makeCase(seeded((seed ^ Math.imul(number, 0x9e3779b1)) >>> 0));
    const { fast, http } = pairs[number % 2 === 0 ? 0 : 1];
    const [first, second] = await Promise.all([run(fast, one), run(http, one)]);
    requests += second.submitted.length;
    const what = difference(first, second, one);
    if (what !== undefined) {
      const pieces = one.pieces.map((piece) => piece.toString('latin1'));
      differences.push({ number, what, pieces, fast: first, http: second });
    }
    if (differences.length >= MOST_DIFFERENCES) break;
    if ((number + 1) % 10_000 === 0) note(number + 1 - from);
  }
  for (const pair of pairs) for (const stand of [pair.fast, pair.http]) stand.close();
  const handedOver = pairs[0].fast.handedOver + pairs[1].fast.handedOver;
  return { cases: count, requests, handedOver, differences };
}

/** Some add to answers for web pages, others do not: that is done in two ways. */
function pairFor(pages: readonly string[]): { fast: StandIn; http: StandIn } {
  return { fast: new StandIn(true, pages), http: new StandIn(false, pages) };
}

async function run(stand: StandIn, { pieces, waits, endsEarly }: Case): Promise<Outcome> {
  const wire = new Wire();
  wire.on('error', () => {});
  stand.connect(wire, waits);
  await settled(READ_TURNS);
  for (const piece of pieces) {
    wire.send(piece);
    await settled(READ_TURNS);
  }
  await settled(LAST_TURNS);
  if (endsEarly) wire.sendEnd();
  else while (stand.release()) await settled(LAST_TURNS);
  const { isClosed: isClosedBefore } = stand.seen(wire);
  if (!endsEarly) wire.sendEnd();
  await settled(LAST_TURNS);
  const after = stand.seen(wire);
  stand.noteWay(wire);
  wire.destroy();
  await settled(READ_TURNS);
  return { ...after, isClosedBefore };
}

function difference(fast: Outcome, http: Outcome, { endsEarly }: Case): string | undefined {
  // Only node:http lets go of a socket at CONNECT, and nobody sees its end then.
  if (endsEarly && !http.isClosed) return undefined;
  if (fast.output !== http.output) return 'the answers';
  if (fast.isClosed !== http.isClosed || fast.isClosedBefore !== http.isClosedBefore) {
    return 'the end of the connection';
  }
  // Of what stands behind the end of a connection the fast one may have read less, and nobody is told.
  if (endsEarly || /^connection: close/im.test(http.output)) {
    return isPart(fast.submitted, http.submitted) ? undefined : 'what only the fast one reads';
  }
  if (fast.submitted.join('\0') !== http.submitted.join('\0')) return 'what the worker gets';
  return fast.booked.join('\0') === http.booked.join('\0') ? undefined : 'the books';
}

function isPart(some: readonly string[], all: readonly string[]): boolean {
  const left = [...all];
  return some.every((one) => {
    const at = left.indexOf(one);
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}

/** What a model returns when it streams: pieces, pulled one by one, no faster than they are taken. */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

export type Pieces = AsyncIterable<unknown> | Iterable<unknown>;

/**
 * Takes one piece.
 *
 * @returns what to wait for before the next is pulled; undefined: nothing
 * @throws what ends the stream
 */
export type TakePiece = (piece: unknown) => Promise<void> | undefined;

export type Pulled = {
  /** Time the model computed, without the time that its client took. */
  readonly runMicros: number;
  /** What was thrown, by the model or by who took its pieces. */
  readonly fault?: { readonly cause: unknown };
};

/** True for what a generator function, async or not, returns, and for streams of Node and the web. */
export function isStream(result: unknown): result is Pieces {
  if (typeof result !== 'object' || result === null) return false;
  if (Symbol.asyncIterator in result) return true;
  return Symbol.iterator in result && 'next' in result && typeof result.next === 'function';
}

/** What a generator function returns that is not asynchronous. */
export function isSynchronousStream(result: unknown): boolean {
  return isStream(result) && !(Symbol.asyncIterator in result);
}

/**
 * Pulls every piece, until the model has no more or nobody wants them; then its `finally` has run.
 * Never rejects.
 */
export async function pull(
  pieces: Pieces,
  take: TakePiece,
  context: { readonly isAbandoned: boolean },
): Promise<Pulled> {
  let runMicros = 0;
  let isComputing = true;
  let since = performance.now();
  const stopClock = (): void => {
    if (isComputing) runMicros += (performance.now() - since) * 1000;
    isComputing = false;
  };
  try {
    for await (const piece of pieces) {
      stopClock();
      if (context.isAbandoned) break;
      // A model that never waits would else keep this thread from writing what it made, and from
      // hearing that the client left.
      await (take(piece) ?? nextTurn());
      if (context.isAbandoned) break;
      isComputing = true;
      since = performance.now();
    }
    stopClock();
    return { runMicros };
  } catch (cause) {
    stopClock();
    return { runMicros, fault: { cause } };
  }
}

/** Ends a stream that nobody takes a piece of. Nobody waits for its end, and its faults are its own. */
export async function discard(pieces: Pieces): Promise<void> {
  try {
    const iterator =
      Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
    await iterator.return?.();
  } catch {}
}

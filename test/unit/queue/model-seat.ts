import type { WorkerLoad } from '../../../src/queue/fleet/worker-load.js';
import type { FakeRequest } from './fake-request.js';

/** A worker, as the naive account has it. */
export type Seat = {
  readonly name: string;
  load: WorkerLoad<FakeRequest, Seat> | undefined;
  /** What it holds; undefined: everything. */
  readonly keys: ReadonlySet<string> | undefined;
  readonly has: FakeRequest[];
  isFed: boolean;
  isBackedUp: boolean;
  isStopped: boolean;
  isDoomed: boolean;
  /** What it was told to break off. */
  readonly aborted: Set<FakeRequest>;
  /** Of those it has, the ones that stand by behind one of the same limit: they count from when they are first. */
  readonly followers: Set<FakeRequest>;
  /** The ticket of the slice of another's request that it runs. */
  slice: number | undefined;
};

export function newSeat(name: string, holding: readonly string[] | undefined): Seat {
  return {
    name,
    load: undefined,
    keys: holding === undefined ? undefined : new Set(holding),
    has: [],
    isFed: true,
    isBackedUp: false,
    isStopped: false,
    isDoomed: false,
    aborted: new Set(),
    followers: new Set(),
    slice: undefined,
  };
}

export function holds(seat: Seat, key: string): boolean {
  return seat.keys === undefined || key === '' || seat.keys.has(key);
}

/** It gets requests, and has nothing to do. */
export function isIdle(seat: Seat): boolean {
  const isOpen = seat.isFed && !seat.isDoomed && !seat.isBackedUp;
  return isOpen && seat.has.length === 0 && seat.slice === undefined;
}

export function fail(what: string): never {
  throw new Error(what);
}

import type { WorkerLoad } from '../fleet/worker-load.js';
import { isBefore, type Queued } from '../request.js';
import { Lane } from './lane.js';
import { PRIORITIES, type Priority } from './priority.js';

/**
 * The queue: one lane for each thing that can be asked for, by each priority.
 * Those in which somebody waits are linked by the rank of their first request, so
 * that the next to run is found by walking from the front, past lanes that cannot
 * move.
 *
 *     first ─▶ lane "a"       3 ◀ 7 ◀ 8
 *                ▼ later
 *              lane "b/2"     4 ◀ 5
 *                ▼ later
 *              lane "c"       6
 */
export class Lanes<R extends Queued, W> {
  readonly #byKey: Readonly<Record<Priority, Map<string, Lane<R, W>>>> = {
    high: new Map(),
    normal: new Map(),
    low: new Map(),
  };
  /** Workers that are fed: who may be a holder of anything. */
  readonly #fed: WorkerLoad<R, W>[] = [];
  #first: Lane<R, W> | undefined = undefined;
  #last: Lane<R, W> | undefined = undefined;
  #depth = 0;

  /** The lane with the request that is next; undefined when nobody waits. */
  get first(): Lane<R, W> | undefined {
    return this.#first;
  }

  get depth(): number {
    return this.#depth;
  }

  /** How many workers are fed. */
  get fedWorkers(): number {
    return this.#fed.length;
  }

  of(key: string, priority: Priority = 'normal'): Lane<R, W> {
    const byKey = this.#byKey[priority];
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const holders = this.#fed.filter((load) => load.holds(key));
    const lane = new Lane<R, W>(key, priority, holders);
    byKey.set(key, lane);
    return lane;
  }

  /** A new request, and the lane of its key. */
  push(request: R, lane: Lane<R, W>): void {
    lane.push(request);
    this.#added(lane, request);
  }

  /** A request that comes back, to the place its rank gives it. */
  putBack(request: R): void {
    const lane = this.of(request.key, request.priority);
    // The lane may be another one than it came from: nobody else has asked for the same since.
    lane.limit ??= request.limit;
    lane.putBack(request);
    this.#added(lane, request);
  }

  /** True if it waited here. */
  remove(request: R): boolean {
    const { list } = request;
    if (!(list instanceof Lane)) return false;
    const lane: Lane<R, W> = list;
    const wasFirst = lane.first === request;
    lane.remove(request);
    this.#depth -= 1;
    if (wasFirst) this.#firstChanged(lane);
    return true;
  }

  addHolder(load: WorkerLoad<R, W>): void {
    this.#fed.push(load);
    for (const lane of this.#all()) lane.addHolder(load);
  }

  removeHolder(load: WorkerLoad<R, W>): void {
    const index = this.#fed.indexOf(load);
    if (index < 0) return;
    this.#fed.splice(index, 1);
    for (const lane of this.#all()) lane.removeHolder(load);
  }

  /** Drops the lanes of all other keys, those excepted in which somebody waits. */
  keep(keys: ReadonlySet<string>): void {
    for (const { key, priority, depth } of this.#all()) {
      if (depth === 0 && !keys.has(key)) this.#byKey[priority].delete(key);
    }
  }

  /** The lanes in which somebody waits and that no fed worker holds; an array is made only if there are any. */
  unheld(): readonly Lane<R, W>[] {
    let found: Lane<R, W>[] | undefined;
    for (let lane = this.#first; lane !== undefined; lane = lane.later) {
      if (lane.holders.length > 0) continue;
      found ??= [];
      found.push(lane);
    }
    return found ?? [];
  }

  /** Lane by lane. The one just yielded may be removed meanwhile, no other. */
  *[Symbol.iterator](): Generator<R, void, undefined> {
    let lane = this.#first;
    while (lane !== undefined) {
      const { later }: Lane<R, W> = lane;
      yield* lane;
      lane = later;
    }
  }

  *#all(): Generator<Lane<R, W>, void, undefined> {
    for (const priority of PRIORITIES) yield* this.#byKey[priority].values();
  }

  #added(lane: Lane<R, W>, request: R): void {
    this.#depth += 1;
    if (lane.first === request) this.#firstChanged(lane);
  }

  /** Moves the lane to where its first request belongs, in from the end or out when it is empty. */
  #firstChanged(lane: Lane<R, W>): void {
    const { first } = lane;
    if (first === undefined) {
      this.#unlink(lane);
      return;
    }
    if (!lane.isListed) this.#linkAfter(this.#last, lane);
    let { earlier, later } = lane;
    while (earlier !== undefined && goesBefore(first, earlier.first)) earlier = earlier.earlier;
    if (earlier !== lane.earlier) {
      this.#move(lane, earlier);
      return;
    }
    while (later !== undefined && goesBefore(later.first, first)) later = later.later;
    if (later !== lane.later) this.#move(lane, later === undefined ? this.#last : later.earlier);
  }

  #move(lane: Lane<R, W>, behind: Lane<R, W> | undefined): void {
    this.#unlink(lane);
    this.#linkAfter(behind, lane);
  }

  #linkAfter(earlier: Lane<R, W> | undefined, lane: Lane<R, W>): void {
    const later = earlier === undefined ? this.#first : earlier.later;
    lane.isListed = true;
    lane.earlier = earlier;
    lane.later = later;
    if (earlier === undefined) this.#first = lane;
    else earlier.later = lane;
    if (later === undefined) this.#last = lane;
    else later.earlier = lane;
  }

  #unlink(lane: Lane<R, W>): void {
    const { earlier, later } = lane;
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
    lane.isListed = false;
    lane.earlier = undefined;
    lane.later = undefined;
  }
}

/** Lanes in the list have a first request, but for the one that is being moved. */
function goesBefore(one: Queued | undefined, other: Queued | undefined): boolean {
  return one !== undefined && other !== undefined && isBefore(one, other);
}

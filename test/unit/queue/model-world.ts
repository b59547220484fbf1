import { RequestError } from '../../../src/errors.js';
import { Dispatcher } from '../../../src/queue/dispatcher.js';
import { countedDeaths, type Death, isSuspect } from '../../../src/queue/fate/quarantine.js';
import type { WorkerLoad } from '../../../src/queue/fleet/worker-load.js';
import { Chance } from './chance.js';
import { FakeRequest, ranFor } from './fake-request.js';

type Seat = {
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
};

/** What can be asked for; version 1 of `b` goes and version 2 comes while requests for both wait. */
const KEYS: readonly string[] = ['', 'a', 'b', 'b/1', 'b/2', 'c'];
const HOLDINGS: readonly (readonly string[] | undefined)[] = [
  undefined,
  ['a', 'b', 'b/1', 'b/2', 'c'],
  ['a', 'b', 'b/1'],
  ['b', 'b/2'],
  ['a', 'c'],
  [],
];

function fail(what: string): never {
  throw new Error(what);
}

/**
 * A second, naive account of everything: which request is where, and how each
 * ended. Whatever the dispatcher does is held against it at once.
 */
export class ModelWorld {
  readonly dispatcher: Dispatcher<FakeRequest, Seat>;
  readonly chance: Chance;
  nowMs = 0;
  readonly waiting: Set<FakeRequest> = new Set();
  readonly ended: Map<FakeRequest, string> = new Map();
  /** Stubs for those that were. */
  readonly takenBack: Set<FakeRequest> = new Set();
  submitted = 0;
  #seats: Seat[] = [];
  #names = 0;
  /** Keys that no worker will hold any more, unless one does. */
  readonly #hopeless = new Set<string>();

  constructor(seed: number) {
    this.chance = new Chance(seed);
    this.dispatcher = new Dispatcher<FakeRequest, Seat>(
      { workAheadMs: 1, maxInFlight: 5, mayStandBy: seed % 2 === 0 },
      {
        send: (request, seat) => this.#sent(request, seat),
        refuse: (request, error) => this.#refused(request, error),
        cutOff: (request) => {
          if (!request.hasBegun) fail(`${request.arrival} was cut off before it had begun`);
          this.#end(request, 'cut off');
        },
        abort: (request, seat) => {
          if (!seat.has.includes(request)) this.#takenBack(request, seat);
          seat.aborted.add(request);
        },
        kill: (seat) => {
          if (seat.isDoomed) fail(`${seat.name} was killed twice`);
          seat.isDoomed = true;
        },
        whyHopeless: (key) => this.#whyHopeless(key),
        isBackedUp: (seat) => seat.isBackedUp,
        isStopped: (seat) => seat.isStopped,
      },
    );
    this.dispatcher.limits.learn([{ name: 'a', maxInFlight: 1 + this.chance.below(3) }]);
  }

  #sent(request: FakeRequest, seat: Seat): void {
    if (!this.waiting.delete(request)) fail(`${request.arrival} was sent but did not wait`);
    if (this.nowMs > request.latestStartMs) fail(`${request.arrival} was sent past its deadline`);
    if (!seat.isFed || seat.isDoomed || seat.isBackedUp) fail(`${seat.name} may not get anything`);
    if (!holds(seat, request.key)) fail(`${seat.name} does not hold what ${request.arrival} wants`);
    if (seat.has.some(isSuspect)) fail(`${request.arrival} joined a suspect`);
    if (isSuspect(request) && seat.has.length > 0) fail(`suspect ${request.arrival} joined others`);
    if (!isSuspect(request)) {
      for (const other of this.waiting) {
        const isBefore =
          other.arrival < request.arrival && !isSuspect(other) && !other.limit?.isReached;
        if (isBefore && holds(seat, other.key)) {
          fail(`${request.arrival} overtook ${other.arrival}`);
        }
      }
    }
    for (const limit of [request.limit, request.limit?.within]) {
      if (limit !== undefined && limit.inFlight > limit.most)
        fail(`${request.arrival}: past a limit`);
    }
    seat.has.push(request);
    if (seat.aborted.size > 0 && [...seat.aborted].some((one) => one.isStopping)) fail('it stops');
    if (seat.has.length > 5) fail(`${seat.name} got more than the bound`);
  }

  /** What the dispatcher tells to drop then is a stub in its place. */
  #takenBack(stub: FakeRequest, seat: Seat): void {
    const at = seat.has.findIndex(({ arrival }) => arrival === stub.arrival);
    const request = seat.has[at];
    if (request === undefined) fail(`${stub.arrival} was not there to be aborted`);
    if (at === 0 || this.#isOver(request) || !request.isRetryable) fail('taken back for nothing');
    if (request.hasBegun || isSuspect(request)) fail(`${request.arrival} had begun, or ran alone`);
    this.takenBack.add(stub);
    seat.has[at] = stub;
    this.waiting.add(request);
  }

  #isOver(request: FakeRequest): boolean {
    return this.ended.has(request) || this.takenBack.has(request);
  }

  #refused(request: FakeRequest, error: RequestError): void {
    if (request.hasBegun) fail(`${request.arrival} was refused after it had begun`);
    const crashed = error.code === 'WORKER_CRASHED';
    if (crashed && request.isRetryable && countedDeaths(request) !== 2) fail('an innocent 500');
    if (error.code === 'QUEUE_TIMEOUT' && this.nowMs <= request.latestStartMs) fail('too early');
    if (error.code === 'NO_WORKERS' && this.#isHeld(request.key)) fail('refused, but held');
    this.waiting.delete(request);
    this.#end(request, error.code);
    // A client may send its next request in the same breath.
    if (this.chance.happens(0.1)) this.submit();
  }

  #whyHopeless(key: string): RequestError | undefined {
    if (this.#isHeld(key)) fail(`asked about ${key}, which is held`);
    return this.#hopeless.has(key) ? new RequestError('NO_WORKERS', 'nobody comes') : undefined;
  }

  #isHeld(key: string): boolean {
    return this.#seats.some((seat) => seat.isFed && holds(seat, key));
  }

  #end(request: FakeRequest, how: string): void {
    const before = this.ended.get(request);
    if (before !== undefined) fail(`${request.arrival} ended twice: ${before}, ${how}`);
    this.ended.set(request, how);
  }

  submit(): void {
    const { chance } = this;
    this.submitted += 1;
    const request = new FakeRequest(this.submitted, {
      key: chance.happens(0.5) ? '' : (chance.pick(KEYS) ?? ''),
      group: chance.happens(0.9) ? 'tiny' : `long ${chance.below(3)}`,
      bytes: chance.happens(0.02) ? 1_000_000 : chance.below(1000),
      isRetryable: chance.happens(0.95),
      timeoutMs: 20 + chance.below(200),
      queueDeadlineMs: this.nowMs + chance.below(100),
      ...(chance.happens(0.2) ? { clientTimeoutMs: 1 + chance.below(100) } : {}),
      ...(chance.happens(0.2) ? { streamTimeoutMs: 1 + chance.below(50) } : {}),
    });
    this.waiting.add(request);
    this.dispatcher.submit(request, this.nowMs);
  }

  addWorker(holding = this.chance.pick(HOLDINGS)): void {
    this.#names += 1;
    const seat: Seat = {
      name: `worker ${this.#names}`,
      load: undefined,
      keys: holding === undefined ? undefined : new Set(holding),
      has: [],
      isFed: true,
      isBackedUp: false,
      isStopped: false,
      isDoomed: false,
      aborted: new Set(),
    };
    this.#seats.push(seat);
    seat.load = this.dispatcher.addWorker(seat, this.nowMs, seat.keys);
    if (this.chance.happens(0.5)) seat.load.asynchronous.add('tiny');
  }

  finish(): void {
    const seat = this.chance.pick(this.#seats);
    const request = this.chance.happens(0.9) ? seat?.has[0] : this.chance.pick(seat?.has ?? []);
    if (seat?.load === undefined || request === undefined) return;
    seat.has.splice(seat.has.indexOf(request), 1);
    const isExpected = !this.#isOver(request);
    if (isExpected) this.#end(request, 'answered');
    const runMs = request.group === 'tiny' ? 0.1 + 0.1 * this.chance.next() : 20;
    const isWanted = this.dispatcher.finished(seat.load, request, ranFor(runMs), this.nowMs);
    if (isWanted !== isExpected) fail(`${request.arrival}: wanted is ${isWanted}`);
    if (this.dispatcher.finished(seat.load, request, ranFor(runMs), this.nowMs))
      fail('wanted twice');
  }

  /** A worker breaks off what it was told to: who is still waited for runs again. */
  giveUp(): void {
    const seat = this.chance.pick(this.#seats.filter(({ aborted }) => aborted.size > 0));
    const request = this.chance.pick([...(seat?.aborted ?? [])]);
    if (seat?.load === undefined || request === undefined) return;
    seat.aborted.delete(request);
    if (!seat.has.includes(request)) return;
    seat.has.splice(seat.has.indexOf(request), 1);
    const isUnended = !this.#isOver(request);
    if (isUnended && !request.hasBegun && request.isRetryable) this.waiting.add(request);
    if (this.dispatcher.gaveUp(seat.load, request, this.nowMs)) fail('it was told to stop');
    const isSomewhere =
      this.#isOver(request) || this.#seats.some(({ has }) => has.includes(request));
    if (!isSomewhere && !this.waiting.has(request)) fail(`${request.arrival} was forgotten`);
  }

  progress(): void {
    const seat = this.chance.pick(this.#seats);
    const request = this.chance.pick(seat?.has ?? []);
    if (seat?.load === undefined || request === undefined) return;
    // Its client may be slow from here on, and may leave while it is.
    request.isHeldBack = this.chance.happens(0.3);
    const isWanted = this.dispatcher.progressed(seat.load, request, this.nowMs);
    if (isWanted === this.#isOver(request)) fail(`${request.arrival}: part wanted ${isWanted}`);
  }

  withdraw(): void {
    const carried = this.#seats.flatMap((seat) => seat.has);
    const request = this.chance.pick([...this.waiting, ...carried]);
    if (request === undefined) return;
    this.waiting.delete(request);
    if (!this.#isOver(request)) this.#end(request, 'withdrawn');
    this.dispatcher.withdraw(request, this.nowMs);
  }

  die(): void {
    const seat = this.chance.pick(this.#seats);
    if (seat?.load === undefined) return;
    this.#seats = this.#seats.filter((one) => one !== seat);
    const causes: Death[] = ['self-inflicted', 'unexplained', 'unexplained', 'ours'];
    const cause = seat.isDoomed ? 'ours' : (this.chance.pick(causes) ?? 'ours');
    for (const request of seat.has) {
      const runsAgain = !this.#isOver(request) && !request.hasBegun && request.isRetryable;
      if (runsAgain) this.waiting.add(request);
    }
    const had = seat.has.length;
    const sum = this.dispatcher.workerGone(seat.load, cause, this.nowMs);
    const counted = sum.runAgain + sum.refused + sum.cutOff + sum.dropped;
    if (counted !== had) fail(`${counted} casualties of ${had}`);
  }

  drain(): void {
    const seat = this.chance.pick(this.#seats);
    if (seat?.load === undefined) return;
    seat.isFed = false;
    this.dispatcher.stopFeeding(seat.load, this.nowMs);
  }

  /** A rolling replacement: the successor is there before the old one drains. */
  replace(): void {
    this.addWorker();
    this.drain();
  }

  /** What can be asked for changes: the catalog has other models now. */
  changeHopes(): void {
    const key = this.chance.pick(KEYS.slice(1)) ?? 'a';
    if (!this.#hopeless.delete(key)) this.#hopeless.add(key);
    const known = KEYS.filter((one) => !this.#hopeless.has(one));
    this.dispatcher.keep(new Set(known), new Set(['tiny']));
    this.sweep();
  }

  sweep(): void {
    this.dispatcher.sweep(this.nowMs);
    for (const { key, arrival } of this.waiting) {
      if (this.#hopeless.has(key) && !this.#isHeld(key)) fail(`${arrival} hopes in vain`);
    }
  }

  pressBack(): void {
    const seat = this.chance.pick(this.#seats);
    if (seat === undefined) return;
    seat.isBackedUp = !seat.isBackedUp;
    seat.isStopped = this.chance.happens(0.1);
    this.dispatcher.dispatch(this.nowMs);
  }

  pass(mostMs: number): void {
    this.nowMs += this.chance.next() * mostMs;
    if (this.chance.happens(0.5)) this.sweep();
  }

  /** Ends all that is left the way a server does: by answers, or by deadlines. */
  settle(): void {
    for (const seat of this.#seats) seat.isBackedUp = false;
    this.addWorker(KEYS.slice(1));
    for (let n = 0; n < 5000 && !(this.dispatcher.isIdle && this.#areSeatsEmpty); n += 1) {
      this.finish();
      this.giveUp();
      this.pass(1);
      this.check();
    }
  }

  get #areSeatsEmpty(): boolean {
    return this.#seats.every(({ has }) => has.length === 0);
  }

  check(): void {
    const { dispatcher } = this;
    // What was taken back is counted where it went.
    const own = this.#seats.flatMap(({ has }) => has.filter((one) => !this.takenBack.has(one)));
    const inFlight = own.length;
    const busy = this.#seats.filter((seat) => seat.has.length > 0).length;
    if (dispatcher.depth !== this.waiting.size) fail(`depth ${dispatcher.depth}`);
    if (dispatcher.inFlight !== inFlight) fail(`in flight ${dispatcher.inFlight}`);
    if (dispatcher.busyWorkers !== busy) fail(`busy ${dispatcher.busyWorkers}`);
    for (const seat of this.#seats) this.#checkIdle(seat);
    this.#checkLimits();
    const unanswered = this.submitted - this.ended.size;
    if ([...dispatcher.unanswered()].length !== unanswered) fail('unanswered');
    if (dispatcher.isIdle !== (unanswered === 0)) fail('isIdle');
  }

  #checkLimits(): void {
    const { limits } = this.dispatcher;
    const counts = new Map<object, number>();
    for (const { limit } of this.#seats.flatMap((seat) => seat.has)) {
      for (const one of [limit, limit?.within]) {
        if (one !== undefined) counts.set(one, (counts.get(one) ?? 0) + 1);
      }
    }
    for (const limit of [limits.streams, ...KEYS.map((key) => limits.of(key))]) {
      if (limit.inFlight !== (counts.get(limit) ?? 0)) fail(`a limit counts ${limit.inFlight}`);
    }
  }

  /** Nobody waits for what an idle worker could do, but for suspects that have reserved another. */
  #checkIdle(seat: Seat): void {
    const isOpen = seat.isFed && !seat.isDoomed && !seat.isBackedUp;
    if (!isOpen || seat.has.length > 0) return;
    for (const request of this.waiting) {
      if (isSuspect(request) || !holds(seat, request.key)) continue;
      if (request.limit?.isReached === true) continue;
      fail(`${seat.name} idles while ${request.arrival} waits`);
    }
  }
}

function holds(seat: Seat, key: string): boolean {
  return seat.keys === undefined || key === '' || seat.keys.has(key);
}

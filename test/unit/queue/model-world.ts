import { RequestError } from '../../../src/errors.js';
import { Dispatcher } from '../../../src/queue/dispatcher.js';
import { countedDeaths, type Death, isSuspect } from '../../../src/queue/fate/quarantine.js';
import { isBefore } from '../../../src/queue/request.js';
import { PRIORITIES } from '../../../src/queue/waiting/priority.js';
import { Chance } from './chance.js';
import { FakeRequest, ranFor } from './fake-request.js';
import { fail, holds, isIdle, newSeat, type Seat } from './model-seat.js';
import { ModelSlices } from './model-slices.js';

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

/** Run times at least, of groups of which they are learned. */
const RUNS_MS: Readonly<Record<string, number>> = { tiny: 0.1, middling: 3 };
/** One in ten is of a group that nobody knows. */
const GROUPS: readonly (string | undefined)[] = [
  ...Array.from({ length: 6 }, () => 'tiny'),
  ...Array.from({ length: 3 }, () => 'middling'),
  undefined,
];

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
  readonly slices: ModelSlices;
  joined = 0;
  stoodBy = 0;
  followed = 0;
  submitted = 0;
  #seats: Seat[] = [];
  #names = 0;
  /** Keys that no worker will hold any more, unless one does. */
  readonly #hopeless = new Set<string>();
  readonly #hasPriorities: boolean;
  /** The last that was sent: others may join it in a unit, past those before them. */
  #lastSent: { request: FakeRequest; seat: Seat } | undefined;

  constructor(seed: number) {
    this.chance = new Chance(seed);
    this.slices = new ModelSlices(this.chance, () => this.waiting.size > 0);
    this.#hasPriorities = seed % 5 === 0;
    const share = this.#hasPriorities ? { lowPriorityShare: 0.1 } : {};
    this.dispatcher = new Dispatcher<FakeRequest, Seat>(
      { workAheadMs: 1, maxInFlight: 5, mayStandBy: seed % 2 === 0, ...share },
      {
        slices: this.slices.ports,
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
    if (seed % 3 === 0) {
      this.dispatcher.estimates.batchBy(new Map([['tiny', { maxRows: 4, maxDelayMs: 0 }]]));
    }
    this.dispatcher.limits.learn(
      ['a', 'b'].map((name) => ({ name, maxInFlight: 1 + this.chance.below(3) })),
    );
  }

  #sent(request: FakeRequest, seat: Seat): void {
    if (!this.waiting.delete(request)) fail(`${request.arrival} was sent but did not wait`);
    if (this.nowMs > request.latestStartMs) fail(`${request.arrival} was sent past its deadline`);
    if (!seat.isFed || seat.isDoomed || seat.isBackedUp) fail(`${seat.name} may not get anything`);
    if (!holds(seat, request.key)) fail(`${seat.name} does not hold what ${request.arrival} wants`);
    if (seat.has.some(isSuspect)) fail(`${request.arrival} joined a suspect`);
    if (isSuspect(request) && seat.has.length > 0) fail(`suspect ${request.arrival} joined others`);
    if (!isSuspect(request) && !this.#joins(request, seat)) {
      for (const other of this.waiting) {
        const goesFirst = isBefore(other, request) && !isSuspect(other) && !other.limit?.isReached;
        if (goesFirst && holds(seat, other.key)) {
          fail(`${request.arrival} overtook ${other.arrival}`);
        }
      }
    }
    if (seat.slice !== undefined) fail(`${seat.name} runs a slice`);
    this.#lastSent = { request, seat };
    for (const limit of [request.limit, request.limit?.within]) {
      if (limit !== undefined && limit.inFlight > limit.most)
        fail(`${request.arrival}: past a limit`);
    }
    if (request.isStandby) this.#standsBy(request, seat);
    seat.has.push(request);
    if (seat.aborted.size > 0 && [...seat.aborted].some((one) => one.isStopping)) fail('it stops');
    if (seat.has.length > 5) fail(`${seat.name} got more than the bound`);
  }

  #joins({ key, group, priority }: FakeRequest, seat: Seat): boolean {
    const last = this.#lastSent;
    if (last?.seat !== seat || !seat.has.includes(last.request)) return false;
    const { request } = last;
    const isAlike = request.key === key && request.group === group && request.priority === priority;
    const mayBatch = request.estimate?.batch.mayBatch === true;
    if (isAlike && mayBatch) this.joined += 1;
    return isAlike && mayBatch;
  }

  #standsBy(request: FakeRequest, seat: Seat): void {
    const [running, ...more] = seat.has;
    if (running === undefined || more.length > 0) fail(`${request.arrival} may not stand by`);
    this.stoodBy += 1;
    const isLimited = request.limit?.most !== Number.POSITIVE_INFINITY;
    if (running.limit === request.limit) seat.followers.add(request);
    else if (isLimited) fail(`${request.arrival} follows another model`);
    if (!isLimited) return;
    this.followed += 1;
    if (request.limit?.isReached !== true) return;
    for (const other of this.waiting) {
      if (other.limit !== request.limit || isBefore(request, other)) continue;
      if (!isSuspect(other)) fail(`${request.arrival} took the place of ${other.arrival}`);
    }
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
    if (seat.followers.has(request)) seat.followers.add(stub);
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

  /** Every now and then few come, so that workers are idle. */
  submitInWaves(): void {
    const isCalm = Math.floor(this.nowMs / 60) % 2 === 1;
    if (!isCalm || this.chance.happens(0.1)) this.submit();
  }

  submit(): void {
    const { chance } = this;
    this.submitted += 1;
    const request = new FakeRequest(this.submitted, {
      key: chance.happens(0.5) ? '' : (chance.pick(KEYS) ?? ''),
      group: chance.pick(GROUPS) ?? `long ${chance.below(3)}`,
      bytes: chance.happens(0.02) ? 1_000_000 : chance.below(1000),
      isRetryable: chance.happens(0.95),
      ...(this.#hasPriorities ? { priority: chance.pick(PRIORITIES) ?? 'low' } : {}),
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
    const seat = newSeat(`worker ${this.#names}`, holding);
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
    const runMs = (RUNS_MS[request.group] ?? 20) * (1 + this.chance.next());
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
    this.slices.died(seat);
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
    this.dispatcher.keep(new Set(known), new Set(Object.keys(RUNS_MS)));
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

  offerSlices(): void {
    this.slices.offer(this.dispatcher, this.chance.pick(this.#seats), this.nowMs);
  }

  recallSlices(): void {
    this.slices.recall(this.dispatcher, this.nowMs);
  }

  sendSlice(): void {
    this.slices.send(this.dispatcher, this.nowMs);
  }

  runSlice(): void {
    const helpers = this.#seats.filter(({ slice }) => slice !== undefined);
    this.slices.finish(this.dispatcher, this.chance.pick(helpers), this.nowMs);
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
      this.runSlice();
      this.pass(1);
      this.check();
    }
  }

  get #areSeatsEmpty(): boolean {
    return this.#seats.every(({ has, slice }) => has.length === 0 && slice === undefined);
  }

  check(): void {
    const { dispatcher } = this;
    // What was taken back is counted where it went.
    const own = this.#seats.flatMap(({ has }) => has.filter((one) => !this.takenBack.has(one)));
    const inFlight = own.length;
    const busy = this.#seats.filter(
      ({ has, slice }) => has.length > 0 || slice !== undefined,
    ).length;
    if (dispatcher.depth !== this.waiting.size) fail(`depth ${dispatcher.depth}`);
    if (dispatcher.inFlight !== inFlight) fail(`in flight ${dispatcher.inFlight}`);
    if (dispatcher.busyWorkers !== busy) fail(`busy ${dispatcher.busyWorkers}`);
    for (const seat of this.#seats) this.#checkIdle(seat);
    this.#checkLimits();
    this.slices.check();
    const unanswered = this.submitted - this.ended.size;
    if ([...dispatcher.unanswered()].length !== unanswered) fail('unanswered');
    if (dispatcher.isIdle !== (unanswered === 0)) fail('isIdle');
  }

  #checkLimits(): void {
    const { limits } = this.dispatcher;
    const counts = new Map<object, number>();
    const counting = this.#seats.flatMap(({ has, followers }) =>
      has.filter((one, at) => at === 0 || !followers.has(one)),
    );
    for (const { limit } of [...counting, ...this.slices.running]) {
      for (const one of [limit, limit?.within]) {
        if (one !== undefined) counts.set(one, (counts.get(one) ?? 0) + 1);
      }
    }
    for (const limit of [limits.streams, ...KEYS.map((key) => limits.of(key))]) {
      if (limit.inFlight !== (counts.get(limit) ?? 0)) fail(`a limit counts ${limit.inFlight}`);
    }
    for (const model of ['a', 'b']) {
      if (limits.of(model).isExceeded) fail(`${model}: past its limit`);
    }
  }

  /** Nobody waits, or stands by behind another, for what an idle worker could do, but for suspects that have reserved another. */
  #checkIdle(seat: Seat): void {
    if (!isIdle(seat)) return;
    for (const request of this.waiting) {
      if (isSuspect(request) || !holds(seat, request.key)) continue;
      if (request.limit?.isReached === true) continue;
      fail(`${seat.name} idles while ${request.arrival} waits`);
    }
    for (const { has } of this.#seats) {
      const [, second] = has;
      if (second?.isStandby !== true || second.hasBegun || second.isStopping) continue;
      if (this.#isOver(second) || !holds(seat, second.key)) continue;
      if (second.limit?.isReached !== true) fail(`${seat.name} idles, ${second.arrival} stands by`);
    }
  }
}

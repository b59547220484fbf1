import type { RequestError } from '../../../src/errors.js';
import { Dispatcher } from '../../../src/queue/dispatcher.js';
import { countedDeaths, type Death, isSuspect } from '../../../src/queue/quarantine.js';
import type { WorkerLoad } from '../../../src/queue/worker-load.js';
import { Chance } from './chance.js';
import { FakeRequest } from './fake-request.js';

type Seat = {
  readonly name: string;
  load: WorkerLoad<FakeRequest, Seat> | undefined;
  readonly has: FakeRequest[];
  isFed: boolean;
  isBackedUp: boolean;
  isStopped: boolean;
  hasOverrun: boolean;
};

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
  submitted = 0;
  #seats: Seat[] = [];
  #names = 0;

  constructor(seed: number) {
    this.chance = new Chance(seed);
    this.dispatcher = new Dispatcher<FakeRequest, Seat>(
      { workAheadMs: 1, maxInFlight: 5 },
      {
        send: (request, seat) => this.#sent(request, seat),
        refuse: (request, error) => this.#refused(request, error),
        cutOff: (request) => {
          if (!request.hasBegun) fail(`${request.arrival} was cut off before it had begun`);
          this.#end(request, 'cut off');
        },
        overran: (seat, request) => {
          if (seat.hasOverrun) fail(`${seat.name} overran twice`);
          if (seat.has[0] !== request) fail(`${request.arrival} was not running`);
          seat.hasOverrun = true;
        },
        isBackedUp: (seat) => seat.isBackedUp,
        isStopped: (seat) => seat.isStopped,
      },
    );
  }

  #sent(request: FakeRequest, seat: Seat): void {
    if (!this.waiting.delete(request)) fail(`${request.arrival} was sent but did not wait`);
    if (this.nowMs > request.queueDeadlineMs) fail(`${request.arrival} was sent past its deadline`);
    if (!seat.isFed || seat.hasOverrun || seat.isBackedUp)
      fail(`${seat.name} may not get anything`);
    if (seat.has.some(isSuspect)) fail(`${request.arrival} joined a suspect`);
    if (isSuspect(request) && seat.has.length > 0) fail(`suspect ${request.arrival} joined others`);
    if (!isSuspect(request)) {
      for (const other of this.waiting) {
        const isBefore = other.arrival < request.arrival && !isSuspect(other);
        if (isBefore) fail(`${request.arrival} overtook ${other.arrival}`);
      }
    }
    seat.has.push(request);
    if (seat.has.length > 5) fail(`${seat.name} got more than the bound`);
  }

  #refused(request: FakeRequest, error: RequestError): void {
    if (request.hasBegun) fail(`${request.arrival} was refused after it had begun`);
    const crashed = error.code === 'WORKER_CRASHED';
    if (crashed && request.isRetryable && countedDeaths(request) !== 2) fail('an innocent 500');
    if (error.code === 'QUEUE_TIMEOUT' && this.nowMs <= request.queueDeadlineMs) fail('too early');
    this.waiting.delete(request);
    this.#end(request, error.code);
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
      group: chance.happens(0.9) ? 'tiny' : `long ${chance.below(3)}`,
      bytes: chance.happens(0.02) ? 1_000_000 : chance.below(1000),
      isRetryable: chance.happens(0.95),
      timeoutMs: 20 + chance.below(200),
      queueDeadlineMs: this.nowMs + chance.below(100),
    });
    this.waiting.add(request);
    this.dispatcher.submit(request, this.nowMs);
  }

  addWorker(): void {
    this.#names += 1;
    const seat: Seat = {
      name: `worker ${this.#names}`,
      load: undefined,
      has: [],
      isFed: true,
      isBackedUp: false,
      isStopped: false,
      hasOverrun: false,
    };
    this.#seats.push(seat);
    seat.load = this.dispatcher.addWorker(seat, this.nowMs);
  }

  finish(): void {
    const seat = this.chance.pick(this.#seats);
    const request = this.chance.happens(0.9) ? seat?.has[0] : this.chance.pick(seat?.has ?? []);
    if (seat?.load === undefined || request === undefined) return;
    seat.has.splice(seat.has.indexOf(request), 1);
    const isExpected = !this.ended.has(request);
    if (isExpected) this.#end(request, 'answered');
    const runMs = request.group === 'tiny' ? 0.1 + 0.1 * this.chance.next() : 20;
    const isWanted = this.dispatcher.finished(seat.load, request, runMs, this.nowMs);
    if (isWanted !== isExpected) fail(`${request.arrival}: wanted is ${isWanted}`);
    if (this.dispatcher.finished(seat.load, request, runMs, this.nowMs)) fail('wanted twice');
  }

  progress(): void {
    const seat = this.chance.pick(this.#seats);
    const request = this.chance.pick(seat?.has ?? []);
    if (seat?.load === undefined || request === undefined) return;
    const isWanted = this.dispatcher.progressed(seat.load, request, this.nowMs);
    if (isWanted === this.ended.has(request)) fail(`${request.arrival}: part wanted ${isWanted}`);
  }

  withdraw(): void {
    const carried = this.#seats.flatMap((seat) => seat.has);
    const request = this.chance.pick([...this.waiting, ...carried]);
    if (request === undefined) return;
    this.waiting.delete(request);
    if (!this.ended.has(request)) this.#end(request, 'withdrawn');
    this.dispatcher.withdraw(request, this.nowMs);
  }

  die(): void {
    const seat = this.chance.pick(this.#seats);
    if (seat?.load === undefined) return;
    this.#seats = this.#seats.filter((one) => one !== seat);
    const causes: Death[] = ['self-inflicted', 'unexplained', 'unexplained', 'ours'];
    const cause = seat.hasOverrun ? 'ours' : (this.chance.pick(causes) ?? 'ours');
    for (const request of seat.has) {
      const runsAgain = !this.ended.has(request) && !request.hasBegun && request.isRetryable;
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

  pressBack(): void {
    const seat = this.chance.pick(this.#seats);
    if (seat === undefined) return;
    seat.isBackedUp = !seat.isBackedUp;
    seat.isStopped = this.chance.happens(0.1);
    this.dispatcher.dispatch(this.nowMs);
  }

  pass(mostMs: number): void {
    this.nowMs += this.chance.next() * mostMs;
    if (this.chance.happens(0.5)) this.dispatcher.sweep(this.nowMs);
  }

  /** Ends all that is left the way a server does: by answers, or by deadlines. */
  settle(): void {
    for (const seat of this.#seats) seat.isBackedUp = false;
    this.addWorker();
    for (
      let n = 0;
      n < 5000 && !(this.dispatcher.isIdle && this.dispatcher.inFlight === 0);
      n += 1
    ) {
      this.finish();
      this.pass(1);
      this.check();
    }
  }

  check(): void {
    const { dispatcher } = this;
    const inFlight = this.#seats.reduce((sum, seat) => sum + seat.has.length, 0);
    const busy = this.#seats.filter((seat) => seat.has.length > 0).length;
    if (dispatcher.depth !== this.waiting.size) fail(`depth ${dispatcher.depth}`);
    if (dispatcher.inFlight !== inFlight) fail(`in flight ${dispatcher.inFlight}`);
    if (dispatcher.busyWorkers !== busy) fail(`busy ${dispatcher.busyWorkers}`);
    const bytes = [...this.waiting].reduce((sum, request) => sum + request.bytes, 0);
    if (dispatcher.waitingBytes !== bytes) fail(`bytes ${dispatcher.waitingBytes}`);
    const unanswered = this.submitted - this.ended.size;
    if ([...dispatcher.unanswered()].length !== unanswered) fail('unanswered');
    if (dispatcher.isIdle !== (unanswered === 0)) fail('isIdle');
  }
}

import type { RequestError } from '../../../src/errors.js';
import { ByteBudget } from '../../../src/queue/admission/byte-budget.js';
import { Dispatcher } from '../../../src/queue/dispatcher.js';
import type { Casualties, DispatcherOptions } from '../../../src/queue/dispatcher-ports.js';
import type { Death } from '../../../src/queue/fate/quarantine.js';
import type { WorkerLoad } from '../../../src/queue/fleet/worker-load.js';
import { FakeRequest, type RequestFacts, ranFor } from './fake-request.js';

export type FakeLoad = WorkerLoad<FakeRequest, string>;

/**
 * A dispatcher with everything around it played: the clock stands still unless
 * moved, workers are names, and all that the ports are told is written down.
 */
export class Stage {
  nowMs = 0;
  /** `1→A`: request 1 was sent to worker A. */
  readonly sent: string[] = [];
  /** `1 QUEUE_TIMEOUT` */
  readonly refused: string[] = [];
  readonly messages: string[] = [];
  readonly cutOff: number[] = [];
  /** `A overran` */
  readonly killed: string[] = [];
  /** `1 at A` */
  readonly aborted: string[] = [];
  readonly pinged: string[] = [];
  /** When the dispatcher wants to be called again. */
  readonly wakes: number[] = [];
  readonly backedUp: Set<string> = new Set();
  readonly stopped: Set<string> = new Set();
  readonly loads: Map<string, FakeLoad> = new Map();
  /** Keys for which no worker is coming. */
  readonly hopeless: Map<string, RequestError> = new Map();
  /** Keys that the dispatcher asked about, because no fed worker holds them. */
  readonly asked: string[] = [];
  mayDispatch = true;
  /** `grant 1 at A`, `run 1 at B`, `back 1 at A`, `cancel 1 at B`: slices, by their tickets. */
  readonly slices: string[] = [];
  /** What may be held of slices; each has 8 bytes. */
  readonly sliceBudget: ByteBudget = new ByteBudget(Number.POSITIVE_INFINITY);
  /** Workers whose models differ from those of all others. */
  readonly unlike: Set<string> = new Set();
  onRefuse: (request: FakeRequest) => void = () => {};
  readonly dispatcher: Dispatcher<FakeRequest, string>;
  #arrivals = 0;

  constructor(options: DispatcherOptions = { workAheadMs: 1 }) {
    this.dispatcher = new Dispatcher<FakeRequest, string>(options, {
      send: (request, worker) => this.sent.push(`${request.arrival}→${worker}`),
      refuse: (request, error) => this.#refused(request, error),
      cutOff: (request) => this.cutOff.push(request.arrival),
      abort: (request, worker) => this.aborted.push(`${request.arrival} at ${worker}`),
      kill: (worker, why) => this.killed.push(`${worker} ${why}`),
      ping: (worker) => this.pinged.push(worker),
      whyHopeless: (key) => {
        this.asked.push(key);
        return this.hopeless.get(key);
      },
      mayDispatch: () => this.mayDispatch,
      isBackedUp: (worker) => this.backedUp.has(worker),
      wakeAt: (atMs) => this.wakes.push(atMs),
      isStopped: (worker) => this.stopped.has(worker),
      slices: {
        grant: (owner, _request, ticket) => this.slices.push(`grant ${ticket} at ${owner}`),
        run: (helper, ticket) => this.slices.push(`run ${ticket} at ${helper}`),
        giveBack: (owner, ticket) => this.slices.push(`back ${ticket} at ${owner}`),
        cancel: (helper, ticket) => this.slices.push(`cancel ${ticket} at ${helper}`),
        isAlike: (one, other) => !this.unlike.has(one) && !this.unlike.has(other),
        reserve: (bytes) => this.sliceBudget.reserve(bytes),
        release: (bytes) => this.sliceBudget.release(bytes),
      },
    });
  }

  #refused(request: FakeRequest, error: RequestError): void {
    this.refused.push(`${request.arrival} ${error.code}`);
    this.messages.push(error.message);
    this.onRefuse(request);
  }

  /** Lets the group's estimate be this, with hardly any spread. */
  teach(runMs: number, group = 'model', bytes = 100): void {
    const estimate = this.dispatcher.estimates.of(group);
    for (let n = 0; n < 400; n += 1) estimate.observe(bytes, runMs);
  }

  workers(...names: string[]): FakeLoad[] {
    return names.map((name) => {
      const load = this.dispatcher.addWorker(name, this.nowMs);
      this.loads.set(name, load);
      return load;
    });
  }

  /** A worker that holds only these. */
  holder(name: string, ...keys: string[]): FakeLoad {
    const load = this.dispatcher.addWorker(name, this.nowMs, new Set(keys));
    this.loads.set(name, load);
    return load;
  }

  load(name: string): FakeLoad {
    const load = this.loads.get(name);
    if (load === undefined) throw new Error(`no worker ${name}`);
    return load;
  }

  submit(facts: RequestFacts = {}): FakeRequest {
    this.#arrivals += 1;
    const request = new FakeRequest(this.#arrivals, facts);
    this.dispatcher.submit(request, this.nowMs);
    return request;
  }

  submitMany(count: number, facts: RequestFacts = {}): FakeRequest[] {
    return Array.from({ length: count }, () => this.submit(facts));
  }

  finish(name: string, request: FakeRequest, runMs?: number): boolean {
    return this.dispatcher.finished(this.load(name), request, ranFor(runMs), this.nowMs);
  }

  /** The worker breaks a request off. */
  giveUp(name: string, request: FakeRequest): boolean {
    return this.dispatcher.gaveUp(this.load(name), request, this.nowMs);
  }

  die(name: string, death: Death = 'self-inflicted'): Casualties {
    return this.dispatcher.workerGone(this.load(name), death, this.nowMs);
  }

  /** The worker of a request offers slices of it. */
  offer(name: string, request: FakeRequest, key = 'model/1'): void {
    this.dispatcher.slices.offered(this.load(name), request, key);
    this.dispatcher.dispatch(this.nowMs);
  }

  recall(request: FakeRequest): void {
    this.dispatcher.slices.recalled(request);
    this.dispatcher.dispatch(this.nowMs);
  }

  /** The owner sends what was granted, or declines. */
  sendSlice(name: string, ticket: number, isThere = true): void {
    const body = isThere ? new Uint8Array(8) : undefined;
    this.dispatcher.slices.sent(this.load(name), ticket, body);
    this.dispatcher.dispatch(this.nowMs);
  }

  /** A helper is through with a slice: who gets the result. */
  runSlice(name: string, ticket: number): string | undefined {
    const owner = this.dispatcher.slices.ran(this.load(name), ticket, this.nowMs);
    this.dispatcher.dispatch(this.nowMs);
    return owner;
  }

  takeSlices(): string[] {
    return this.slices.splice(0);
  }

  /** All that happened since the last look. */
  takeSent(): string[] {
    return this.sent.splice(0);
  }

  takeRefused(): string[] {
    return this.refused.splice(0);
  }
}

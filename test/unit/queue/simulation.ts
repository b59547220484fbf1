import type { RequestError } from '../../../src/errors.js';
import { Dispatcher, type DispatcherOptions } from '../../../src/queue/dispatcher.js';
import type { Death } from '../../../src/queue/fate/quarantine.js';
import type { WorkerLoad } from '../../../src/queue/fleet/worker-load.js';
import { FakeRequest, type RequestFacts, ranFor } from './fake-request.js';

/** A request that knows what it will do to its worker. */
export class SimulatedRequest extends FakeRequest {
  readonly runMs: number;
  readonly isPoison: boolean;
  readonly submittedMs: number;
  deaths = 0;
  answeredMs = Number.NaN;
  outcome = 'open';

  constructor(arrival: number, runMs: number, nowMs: number, facts: RequestFacts, poison: boolean) {
    super(arrival, { queueDeadlineMs: nowMs + 30_000, ...facts });
    this.runMs = runMs;
    this.isPoison = poison;
    this.submittedMs = nowMs;
  }

  get latencyMs(): number {
    return this.answeredMs - this.submittedMs;
  }
}

/** What a worker holds; undefined: everything. */
export type Keys = readonly string[] | undefined;

export type SimulatedWorker = {
  readonly name: string;
  readonly keys: Keys;
  load: WorkerLoad<SimulatedRequest, SimulatedWorker> | undefined;
  readonly inbox: SimulatedRequest[];
  isComputing: boolean;
  isAlive: boolean;
};

const BOOT_MS = 50;
const POISON_MS = 1;
const LINK_MS = 0.05;

/** Workers, clients and killers in virtual time around a real dispatcher. */
export class Simulation {
  nowMs = 0;
  readonly requests: SimulatedRequest[] = [];
  readonly workers: SimulatedWorker[] = [];
  readonly dispatcher: Dispatcher<SimulatedRequest, SimulatedWorker>;
  /** Who is refused before it waits. */
  mayEnter: (request: SimulatedRequest) => RequestError | undefined = () => undefined;
  onEnd: (request: SimulatedRequest) => void = () => {};
  deaths = 0;
  readonly #events: { atMs: number; act: () => void }[] = [];
  #names = 0;

  constructor(
    workers: number,
    keysOf: (worker: number) => Keys = () => undefined,
    options: Partial<DispatcherOptions> = {},
  ) {
    this.dispatcher = new Dispatcher<SimulatedRequest, SimulatedWorker>(
      { workAheadMs: 1, ...options },
      {
        send: (request, worker) => {
          worker.inbox.push(request);
          this.at(LINK_MS, () => this.#compute(worker));
        },
        refuse: (request, error) => this.#end(request, error.code),
        cutOff: (request) => this.#end(request, 'cut off'),
        abort: () => {},
        kill: (worker) => this.kill(worker, 'ours'),
      },
    );
    for (let n = 0; n < workers; n += 1) this.#boot(keysOf(n));
  }

  at(delayMs: number, act: () => void): void {
    const atMs = this.nowMs + delayMs;
    let index = this.#events.length;
    while (index > 0 && (this.#events[index - 1]?.atMs ?? 0) > atMs) index -= 1;
    this.#events.splice(index, 0, { atMs, act });
  }

  every(periodMs: number, untilMs: number, act: () => void): void {
    this.at(periodMs, () => {
      act();
      if (this.nowMs < untilMs) this.every(periodMs, untilMs, act);
    });
  }

  submit(runMs: number, facts: RequestFacts = {}, isPoison = false): SimulatedRequest {
    const arrival = this.requests.length + 1;
    const request = new SimulatedRequest(arrival, runMs, this.nowMs, facts, isPoison);
    this.requests.push(request);
    const refusal = this.mayEnter(request);
    if (refusal === undefined) this.dispatcher.submit(request, this.nowMs);
    else this.#end(request, refusal.code);
    return request;
  }

  kill(worker: SimulatedWorker | undefined, death: Death): void {
    if (worker?.load === undefined || !worker.isAlive) return;
    worker.isAlive = false;
    this.deaths += 1;
    this.workers.splice(this.workers.indexOf(worker), 1);
    for (const request of worker.load.requests) request.deaths += 1;
    const { load } = worker;
    this.at(LINK_MS, () => this.dispatcher.workerGone(load, death, this.nowMs));
    this.at(BOOT_MS, () => this.#boot(worker.keys));
  }

  /** A successor boots, with other models perhaps; then the old one drains and leaves. */
  replace(worker: SimulatedWorker, keys: Keys): void {
    this.at(BOOT_MS, () => {
      if (worker.load === undefined || !worker.isAlive) return;
      this.#boot(keys);
      this.dispatcher.stopFeeding(worker.load, this.nowMs);
      this.#leave(worker, worker.load);
    });
  }

  #leave(worker: SimulatedWorker, load: NonNullable<SimulatedWorker['load']>): void {
    if (!worker.isAlive) return;
    if (load.inFlight > 0) {
      this.at(1, () => this.#leave(worker, load));
      return;
    }
    worker.isAlive = false;
    this.workers.splice(this.workers.indexOf(worker), 1);
    this.dispatcher.workerGone(load, 'ours', this.nowMs);
  }

  /** Runs until nothing more happens. */
  run(): void {
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.nowMs = event.atMs;
      event.act();
    }
  }

  #boot(keys: Keys): void {
    this.#names += 1;
    const worker: SimulatedWorker = {
      name: `worker ${this.#names}`,
      keys,
      load: undefined,
      inbox: [],
      isComputing: false,
      isAlive: true,
    };
    this.workers.push(worker);
    worker.load = this.dispatcher.addWorker(worker, this.nowMs, keys && new Set(keys));
  }

  #compute(worker: SimulatedWorker): void {
    const request = worker.inbox[0];
    if (!worker.isAlive || worker.isComputing || request === undefined) return;
    worker.isComputing = true;
    if (request.isPoison) this.at(POISON_MS, () => this.kill(worker, 'self-inflicted'));
    else this.at(request.runMs, () => this.#computed(worker, request));
  }

  #computed(worker: SimulatedWorker, request: SimulatedRequest): void {
    if (!worker.isAlive || worker.load === undefined) return;
    worker.isComputing = false;
    worker.inbox.shift();
    const { load } = worker;
    this.at(LINK_MS, () => {
      const isWanted = this.dispatcher.finished(load, request, ranFor(request.runMs), this.nowMs);
      if (isWanted) this.#end(request, 'answered');
    });
    this.#compute(worker);
  }

  #end(request: SimulatedRequest, outcome: string): void {
    request.outcome = `${request.outcome === 'open' ? '' : `${request.outcome}, `}${outcome}`;
    request.answeredMs = this.nowMs;
    this.onEnd(request);
  }
}

/** How many requests ended how. */
export function outcomes(requests: readonly SimulatedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of requests) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** The latency that this share of the answered requests keeps to. */
export function percentile(requests: readonly SimulatedRequest[], share: number): number {
  const sorted = requests.map((request) => request.latencyMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

import { Dispatcher, type DispatcherOptions } from '../../src/queue/dispatcher.js';
import type { WorkerLoad } from '../../src/queue/fleet/worker-load.js';
import { SimulatedRequest } from './simulated-request.js';
import { Timeline } from './timeline.js';

/** What lies between the dispatcher and a model, in milliseconds. */
export type Way = {
  /** From the dispatcher to the worker's read, and from the worker's write to the dispatcher. */
  readonly linkMs: number;
  /** What a request costs its worker beside its run: read, checked, written. */
  readonly overheadMs: number;
};

/** How long a worker computes what came in one read; alone it is the service time of each. */
export type RunTogether = (servicesMs: readonly number[]) => number;

export type ServerOptions = Partial<DispatcherOptions> & {
  readonly workers: number;
  readonly way: Way;
  readonly runTogether?: RunTogether;
};

type Load = WorkerLoad<SimulatedRequest, SimulatedWorker>;

type SimulatedWorker = { load: Load | undefined; inbox: SimulatedRequest[]; isBusy: boolean };

/**
 * The real dispatcher with simulated workers, in virtual time. A worker runs all
 * that lies in its inbox, as one that reads its link does, and its replies leave
 * together when it is through.
 */
export class SimulatedServer {
  readonly timeline: Timeline = new Timeline();
  /** Told of each request that is answered. */
  onAnswer: (request: SimulatedRequest, latencyMs: number) => void = () => {};
  readonly #options: ServerOptions;
  readonly #dispatcher: Dispatcher<SimulatedRequest, SimulatedWorker>;
  readonly #runTogether: RunTogether;
  /** Together, in which workers computed. */
  busyMs = 0;
  #arrivals = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#runTogether = options.runTogether ?? oneByOne;
    this.#dispatcher = new Dispatcher<SimulatedRequest, SimulatedWorker>(
      { workAheadMs: 1, ...options },
      {
        send: (request, worker) => this.#send(request, worker),
        refuse: () => {},
        cutOff: () => {},
        abort: () => {},
        kill: () => {},
      },
    );
    for (let n = 0; n < options.workers; n += 1) {
      const worker: SimulatedWorker = { load: undefined, inbox: [], isBusy: false };
      worker.load = this.#dispatcher.addWorker(worker, 0);
    }
  }

  submit(serviceMs: number): void {
    const { nowMs } = this.timeline;
    this.#arrivals += 1;
    this.#dispatcher.submit(new SimulatedRequest(this.#arrivals, nowMs, serviceMs), nowMs);
  }

  #send(request: SimulatedRequest, worker: SimulatedWorker): void {
    this.timeline.after(this.#options.way.linkMs, () => {
      worker.inbox.push(request);
      if (!worker.isBusy) this.#read(worker);
    });
  }

  #read(worker: SimulatedWorker): void {
    const requests = worker.inbox;
    if (requests.length === 0) return;
    worker.inbox = [];
    worker.isBusy = true;
    const runMs = this.#runTogether(requests.map(({ serviceMs }) => serviceMs));
    const totalMs = runMs + requests.length * this.#options.way.overheadMs;
    this.busyMs += totalMs;
    this.timeline.after(totalMs, () => {
      worker.isBusy = false;
      this.timeline.after(this.#options.way.linkMs, () => this.#replied(worker, requests, runMs));
      this.#read(worker);
    });
  }

  /** Times by shares, as workers tell them: of one by one each its own. */
  #replied(worker: SimulatedWorker, requests: readonly SimulatedRequest[], runMs: number): void {
    const alone = requests.reduce((sum, { serviceMs }) => sum + serviceMs, 0);
    for (const request of requests) {
      if (worker.load === undefined) return;
      const { nowMs } = this.timeline;
      const shareMs = (runMs * request.serviceMs) / alone;
      this.#dispatcher.finished(worker.load, request, shareMs, nowMs);
      this.onAnswer(request, nowMs - request.arrivedMs);
    }
  }
}

function oneByOne(servicesMs: readonly number[]): number {
  return servicesMs.reduce((sum, ms) => sum + ms, 0);
}

import { Dispatcher, type DispatcherOptions } from '../../src/queue/dispatcher.js';
import type { WorkerLoad } from '../../src/queue/fleet/worker-load.js';
import { GROUP, MODEL, SimulatedRequest } from './simulated-request.js';
import { Timeline } from './timeline.js';

/** What lies between the dispatcher and a model, in milliseconds. */
export type Way = {
  /** From the dispatcher to the worker's read, and from the worker's write to the dispatcher. */
  readonly linkMs: number;
  /** What a request costs its worker beside its run: read, checked, written. */
  readonly overheadMs: number;
};

/** A model that runs requests together: what a call costs, and what each of its rows. */
export type BatchModel = {
  readonly fixedMs: number;
  readonly perRowMs: number;
  readonly maxRows: number;
  readonly maxDelayMs?: number;
};

export type ServerOptions = Partial<DispatcherOptions> & {
  readonly workers: number;
  readonly way: Way;
  /** The model's `maxInFlight`. */
  readonly limit?: number;
  /** Without it, each request runs by itself for its own service time. */
  readonly batches?: BatchModel;
};

type Reply = {
  readonly request: SimulatedRequest;
  readonly shareMs: number;
  readonly rows: number;
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
  /** Together, in which workers computed. */
  busyMs = 0;
  /** Most workers that ran at once. */
  mostRunning = 0;
  #running = 0;
  #arrivals = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#dispatcher = new Dispatcher<SimulatedRequest, SimulatedWorker>(
      { workAheadMs: 1, mayStandBy: true, ...options },
      {
        send: (request, worker) => this.#send(request, worker),
        refuse: () => {},
        cutOff: () => {},
        abort: (request, worker) => this.#drop(request.arrival, worker),
        kill: () => {},
        wakeAt: (atMs) => this.timeline.at(atMs, () => this.#dispatcher.dispatch(atMs)),
      },
    );
    const { batches, limit } = options;
    if (limit !== undefined) {
      this.#dispatcher.limits.learn([{ name: MODEL, maxInFlight: limit }]);
    }
    if (batches !== undefined) {
      const rule = { maxRows: batches.maxRows, maxDelayMs: batches.maxDelayMs ?? 0 };
      this.#dispatcher.estimates.batchBy(new Map([[GROUP, rule]]));
    }
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
    request.stoodBy = request.isStandby;
    this.timeline.after(this.#options.way.linkMs, () => {
      worker.inbox.push(request);
      // Not before all that was written together is there.
      this.timeline.after(0, () => {
        if (!worker.isBusy) this.#read(worker);
      });
    });
  }

  /** Taken back: where it has not begun when the word comes, it does not. */
  #drop(arrival: number, worker: SimulatedWorker): void {
    const { linkMs } = this.#options.way;
    this.timeline.after(linkMs, () => {
      const at = worker.inbox.findIndex((request) => request.arrival === arrival);
      if (at < 0) return;
      worker.inbox.splice(at, 1);
      this.timeline.after(linkMs, () => {
        const stub = worker.load?.find(arrival);
        if (worker.load === undefined || stub === undefined) return;
        this.#dispatcher.gaveUp(worker.load, stub, this.timeline.nowMs);
      });
    });
  }

  #read(worker: SimulatedWorker): void {
    if (worker.inbox.length === 0) return;
    // What was standing by begins when the replies before it are written.
    const later = worker.inbox.findIndex((request, at) => at > 0 && request.stoodBy);
    const requests = worker.inbox.splice(0, later < 0 ? worker.inbox.length : later);
    worker.isBusy = true;
    this.#running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.#running);
    const replies = this.#run(requests);
    const { linkMs, overheadMs } = this.#options.way;
    const runMs = replies.reduce((sum, reply) => sum + reply.shareMs, 0);
    const totalMs = runMs + requests.length * overheadMs;
    this.busyMs += totalMs;
    this.timeline.after(totalMs, () => {
      worker.isBusy = false;
      this.#running -= 1;
      this.timeline.after(linkMs, () => this.#replied(worker, replies));
      this.#read(worker);
    });
  }

  #run(requests: readonly SimulatedRequest[]): Reply[] {
    const { batches } = this.#options;
    if (batches === undefined) {
      return requests.map((request) => ({ request, shareMs: request.serviceMs, rows: 1 }));
    }
    const { fixedMs, perRowMs, maxRows } = batches;
    return requests.map((request, n) => {
      const first = n - (n % maxRows);
      const rows = Math.min(maxRows, requests.length - first);
      return { request, shareMs: fixedMs / rows + perRowMs, rows };
    });
  }

  #replied({ load }: SimulatedWorker, replies: readonly Reply[]): void {
    if (load === undefined) return;
    const { nowMs } = this.timeline;
    for (const {
      request: { arrival },
      shareMs,
      rows,
    } of replies) {
      const request = load.find(arrival);
      if (request === undefined) continue;
      const times = { runMicros: shareMs * 1000, inputMicros: 0, outputMicros: 0 };
      const run = { ...times, rows, ownRows: 1 };
      if (!this.#dispatcher.finished(load, request, run, nowMs)) continue;
      this.onAnswer(request, nowMs - request.arrivedMs);
    }
  }
}

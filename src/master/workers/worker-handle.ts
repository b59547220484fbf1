import type { Worker } from 'node:cluster';
import type { Duplex } from 'node:stream';
import { MasterEnd, type ReplyHandlers } from '../../link/master-end.js';
import {
  type Boot,
  type FromWorker,
  type ImportedFile,
  isEnvelope,
  type ToWorker,
} from '../../link/process/control.js';
import { LINK_FD } from '../../link/process/worker-process.js';
import type { ModelDescription } from '../../model/description.js';
import type { RestartReason } from '../../observe/metric-table.js';
import type { WorkerAccount } from '../../observe/worker-accounts.js';
import type { WorkerLoad } from '../../queue/fleet/worker-load.js';
import type { ClientRequest } from '../client-request.js';
import { keyOf } from '../model-key.js';
import type { ServingWorker } from '../serving-worker.js';
import type { Holding } from './generation.js';
import { holdAlike } from './likeness.js';
import { isStopped, isSuspended } from './process-state.js';

/**
 * A worker as the master sees it.
 *
 * booting → ready → retiring → draining → leaving → dead
 *
 * booting: loads its models. ready: is given requests. retiring: is given
 * requests while its successor boots. draining: finishes what it has. leaving:
 * was told to leave. Any state can go straight to dead.
 */
export type WorkerState = 'booting' | 'ready' | 'retiring' | 'draining' | 'leaving' | 'dead';

/** How a worker ended. `code` and `signal` are the operating system's words. */
export type WorkerExit = { readonly code: number | null; readonly signal: string | null };

export type HandleEvents = {
  /** It listens: what is it to boot? */
  awake(handle: WorkerHandle): Boot;
  ready(handle: WorkerHandle): void;
  /** It has answered a ping. */
  heard(handle: WorkerHandle): void;
  askedToRetire(handle: WorkerHandle, signal: string): void;
  /** Its process or its stream has ended; `died` follows when both have. */
  unreachable(handle: WorkerHandle): void;
  died(handle: WorkerHandle, exit: WorkerExit): void;
};

/** The slot a worker is forked for, and what it is to load there. */
type Seat = { readonly number: number; readonly holding: Holding };

/** A stream that outlives its process longer than this is held open by somebody else. */
const STREAM_GRACE_MS = 1000;

export class WorkerHandle implements ServingWorker {
  readonly slot: number;
  /** What it was forked to load. */
  readonly holding: Holding;
  readonly pid: number;
  readonly forkedAtMs: number;
  /** How long it may take to be ready. */
  readonly bootTimeoutMs: number;
  readonly link: MasterEnd;
  state: WorkerState = 'booting';
  readyAtMs: number | undefined;
  /** When the present state must have ended; the supervisor kills it then. */
  deadlineMs: number;
  load: WorkerLoad<ClientRequest, ServingWorker> | undefined;
  /** What it has loaded; empty until it is ready. */
  models: readonly ModelDescription[] = [];
  /** The model it began to load last. */
  loading: { readonly name: string; readonly version: string } | undefined;
  /** Keeps the figures it tells of its process; closed when it is gone. */
  account: WorkerAccount | undefined;
  /** Told which files its modules import; set where somebody wants to know. */
  imported: (files: readonly ImportedFile[]) => void = () => {};
  /** Replies taken from this worker. */
  served = 0;
  /** Set when its boot ended with a reason of its own. */
  failure: { readonly exitCode: 10 | 11; readonly reason: string } | undefined;
  /** Why the master killed it, if it did. */
  killReason: string | undefined;
  /**
   * The restart reason that its end counts as, when the master killed it for a reason of its own.
   */
  killedAs: RestartReason | undefined;
  /**
   * Why it is retired although it holds the right models, such as a recycling limit; else
   * undefined.
   */
  spentBy: RestartReason | undefined;
  /** Killed while booting, because its slot was given something else to hold meanwhile. */
  isUnwanted = false;
  /** It was killed because it could not be reached any more, which was its own doing. */
  brokeItsStream = false;

  readonly #worker: Worker;
  readonly #events: HandleEvents;
  #exit: WorkerExit | undefined;
  #hasStreamEnded = false;

  constructor(
    worker: Worker,
    seat: Seat,
    clock: { readonly nowMs: number; readonly bootTimeoutMs: number },
    replies: (handle: WorkerHandle) => Omit<ReplyHandlers, 'ended'>,
    events: HandleEvents,
  ) {
    this.#worker = worker;
    this.#events = events;
    this.slot = seat.number;
    this.holding = seat.holding;
    this.pid = worker.process.pid ?? 0;
    this.forkedAtMs = clock.nowMs;
    this.bootTimeoutMs = clock.bootTimeoutMs;
    this.deadlineMs = clock.nowMs + clock.bootTimeoutMs;
    this.link = new MasterEnd(worker.process.stdio[LINK_FD] as Duplex, {
      ...replies(this),
      ended: () => this.#streamEnded(),
    });
    worker.on('message', (message: unknown) => {
      if (isEnvelope(message)) this.#take(message.forkcast);
    });
    worker.on('error', () => {}); // a control message to a worker that has just died
    worker.process.on('exit', (code, signal) => this.#exited({ code, signal }));
  }

  /** Asks the worker to leave; it must have nothing in flight. */
  leave(deadlineMs: number): void {
    this.state = 'leaving';
    this.deadlineMs = deadlineMs;
    this.tell({ type: 'leave' });
  }

  /** Ends the process at once; idempotent, the first reason stays. */
  kill(reason: string, as?: RestartReason): void {
    if (this.state === 'dead') return;
    if (this.killReason === undefined) {
      this.killReason = reason;
      this.killedAs = as;
    }
    this.#worker.process.kill('SIGKILL');
  }

  /** Ends a worker that boots: nobody waits for it any more. */
  dismiss(): void {
    this.isUnwanted = true;
    this.kill('something else is to be held');
  }

  /** What it has may last for ever: a run without a limit, or nothing but streamed replies that have begun. */
  get mayNeverEnd(): boolean {
    if (this.load?.running?.timeoutMs === Number.POSITIVE_INFINITY) return true;
    for (const request of this.load?.requests ?? []) if (!request.hasBegun) return false;
    return true;
  }

  /** How its process ended, once it has. */
  get exit(): WorkerExit | undefined {
    return this.#exit;
  }

  /** Requests it has. */
  get inFlight(): number {
    return this.load?.inFlight ?? 0;
  }

  /** As reported: without requests that were taken back and given to others. */
  get ownInFlight(): number {
    return this.load?.ownInFlight ?? 0;
  }

  isAlike(other: ServingWorker, key: string): boolean {
    return other instanceof WorkerHandle && holdAlike(this, other, key);
  }

  get isStopped(): boolean {
    return isStopped(this.pid);
  }

  get isSuspended(): boolean {
    return isSuspended(this.pid);
  }

  ping(): void {
    this.tell({ type: 'ping' });
  }

  /** True when the process ended because the master wanted it to. */
  get wasEndedByMaster(): boolean {
    return (this.killReason !== undefined && !this.brokeItsStream) || this.state === 'leaving';
  }

  /** A control message; one to a worker that is going is lost, and so it should be. */
  tell(message: ToWorker): void {
    if (this.#worker.isConnected()) this.#worker.send(message, () => {});
  }

  #take(message: FromWorker): void {
    switch (message.type) {
      case 'awake':
        this.tell(this.#events.awake(this));
        return;
      case 'loading':
        this.loading = message;
        return;
      case 'ready':
        this.models = message.models;
        this.#events.ready(this);
        return;
      case 'pong':
        this.#events.heard(this);
        return;
      case 'asynchronous':
        this.load?.asynchronous.add(keyOf(message));
        return;
      case 'failed':
        this.failure = message;
        return;
      case 'retireMe':
        this.#events.askedToRetire(this, message.signal);
        return;
      case 'figures':
        this.account?.record(message.figures);
        return;
      case 'imported':
        this.imported(message.files);
    }
  }

  #exited(exit: WorkerExit): void {
    this.#exit = exit;
    if (this.#hasStreamEnded) this.#die(exit);
    else this.#oneEndGone(() => this.link.destroy());
  }

  /** Dead means exited *and* read to the end: replies it had written count. */
  #streamEnded(): void {
    if (this.#hasStreamEnded) return;
    this.#hasStreamEnded = true;
    if (this.#exit !== undefined) this.#die(this.#exit);
    else if (this.state !== 'leaving') this.#oneEndGone(() => this.#killDeaf());
  }

  /** Whatever is sent from here on would be lost, and blamed for the death. */
  #oneEndGone(afterGrace: () => void): void {
    this.#events.unreachable(this);
    setTimeout(afterGrace, STREAM_GRACE_MS).unref();
  }

  /** A process without its stream can never be reached again. */
  #killDeaf(): void {
    if (this.#exit !== undefined) return;
    this.brokeItsStream = this.killReason === undefined && this.state !== 'leaving';
    this.kill('closed its stream');
  }

  #die(exit: WorkerExit): void {
    if (this.state === 'dead') return;
    this.#events.died(this, exit);
    this.state = 'dead';
  }
}

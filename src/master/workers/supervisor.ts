import cluster from 'node:cluster';
import type { Settings } from '../../config/settings.js';
import { workerEnvironment } from '../../link/process/worker-process.js';
import { bootLimitMs } from '../../model/boot-limit.js';
import type { Logger } from '../../observe/logger.js';
import type { RestartReason } from '../../observe/metric-table.js';
import { bootFailure } from './boot-failure.js';
import { Deaths, isSuccessor, type Verdict } from './deaths.js';
import { Departures } from './departures.js';
import { forkWorker } from './fork-worker.js';
import { type Generation, type Holding, holdingOf } from './generation.js';
import { forkSettings } from './launch/fork-settings.js';
import { withExecPath } from './launch/launcher.js';
import { mayCutBackoffShort } from './restart-policy.js';
import type { Slot } from './slot.js';
import { Slots } from './slots.js';
import type { SupervisorPorts } from './supervisor-ports.js';
import { type WorkerExit, WorkerHandle } from './worker-handle.js';

/** A signal to the whole group reaches a worker before the master may have seen its own. */
const RETIRE_GRACE_MS = 100;

/**
 * Keeps every slot filled. Events do not act, they only ask for another pass of
 * `reconcile`, which makes the workers what they should be; so no order of
 * deaths, signals and timeouts needs a case of its own.
 */
export class Supervisor {
  readonly #slots = new Slots();
  readonly #settings: Settings;
  readonly #ports: SupervisorPorts;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #deaths: Deaths;
  readonly #departures: Departures;
  /** Before, nobody is forked: a wish may come as soon as the admin port is open. */
  #hasStarted = false;
  #isStopping = false;
  /** What slots are to hold has changed during a pass: another one follows. */
  #isDue = false;
  #lastForkMs = 0;
  #onAllGone: (() => void) | undefined;

  constructor(
    settings: Settings,
    first: Generation,
    ports: SupervisorPorts,
    log: Logger,
    now: () => number,
  ) {
    this.#settings = settings;
    this.#ports = ports;
    this.#log = log;
    this.#now = now;
    this.#deaths = new Deaths(settings, log, now());
    const gracefulTimeoutMs = (): number => settings.gracefulTimeout;
    this.#departures = new Departures({ gracefulTimeoutMs, ports, now });
    for (let number = 0; number < first.slots; number += 1) {
      this.#slots.open(number, holdingOf(first, number));
    }
  }

  start(): void {
    this.#hasStarted = true;
    this.tick();
  }

  get slots(): readonly Slot[] {
    return this.#slots.list;
  }

  get workers(): WorkerHandle[] {
    return this.#slots.workers;
  }

  get readyWorkers(): WorkerHandle[] {
    return this.#slots.readyWorkers;
  }

  get areWorkersSettled(): boolean {
    return this.#slots.areSettled;
  }

  /** A worker is there that stays, or will be. */
  get areWorkersComing(): boolean {
    return this.#slots.doesAnyStay;
  }

  /** Another pass, with the deadlines looked at first; called often, and after each event. */
  tick(): void {
    do {
      this.#isDue = false;
      this.#pass(this.#now());
    } while (this.#isDue);
  }

  /** Retires a worker: its successor boots first, then it drains and leaves. */
  retire(worker: WorkerHandle, reason: RestartReason = 'retired'): void {
    if (this.#isStopping || worker.state !== 'ready') return;
    worker.spentBy = reason;
    worker.state = 'retiring';
    this.tick();
  }

  /**
   * Gives a slot something else to hold: its successor boots first, then who does not fit drains.
   * `slot.move` tells how it goes.
   */
  move(slot: Slot, holding: Holding): void {
    slot.moveTo(holding);
    this.#isDue = true;
  }

  /** The slot of this number; a new one, if there is none. It stays from now on. */
  open(number: number, holding: Holding): Slot {
    this.#isDue = true;
    return this.#slots.open(number, holding);
  }

  /**
   * The slot goes: its workers finish what they have and leave, and nobody follows. When no slot
   * stays, they first serve what waits, as long as a stopping server would.
   */
  vacate(slot: Slot): void {
    slot.vacate(this.#now() + this.#settings.gracefulTimeout);
    this.#isDue = true;
  }

  /** Gives a slot something to hold as if it had always been so; who does not fit makes room. */
  assign(slot: Slot, holding: Holding): void {
    slot.assign(holding);
    this.#isDue = true;
  }

  /** Drains who is to be replaced though no successor is there; never the last who serves. */
  dropMisfits(slot: Slot): void {
    for (const worker of slot.workers) {
      const isMisfit = worker.state === 'retiring' && !slot.fits(worker);
      if (isMisfit && this.readyWorkers.length > 1) this.#departures.drain(worker);
    }
  }

  /** Asks all workers to leave; resolves when they are gone. Nothing may be in flight. */
  stop(): Promise<void> {
    this.#isStopping = true;
    for (const worker of this.workers) {
      if (worker.state === 'booting') worker.kill('the server stops');
      else if (worker.state !== 'leaving') this.#departures.leave(worker);
    }
    return this.#allGone();
  }

  /** Kills all workers at once; resolves when they are gone. */
  killAll(reason: string): Promise<void> {
    this.#isStopping = true;
    for (const worker of this.workers) worker.kill(reason);
    return this.#allGone();
  }

  #allGone(): Promise<void> {
    if (this.workers.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onAllGone = resolve;
    });
  }

  #pass(nowMs: number): void {
    for (const worker of this.workers) this.#enforceDeadline(worker, nowMs);
    if (this.#isStopping || !this.#hasStarted) return;
    for (const slot of this.slots) {
      if (slot.isGoing) this.#departures.empty(slot, !this.areWorkersComing, nowMs);
      else this.#reconcile(slot, nowMs);
    }
    this.#slots.removeGone();
    this.#serveWaiting(nowMs);
    this.#ports.passed();
  }

  #enforceDeadline(worker: WorkerHandle, nowMs: number): void {
    this.#departures.lookAfter(worker, nowMs);
    if (worker.state === 'booting' && nowMs >= worker.deadlineMs) {
      worker.kill(`not ready after the boot timeout of ${worker.bootTimeoutMs / 1000} s`);
    }
  }

  #reconcile(slot: Slot, nowMs: number): void {
    for (const worker of slot.workers) this.#align(slot, worker);
    if (slot.move?.state === 'failed') return;
    const { keeper } = slot;
    if (keeper === undefined && nowMs >= slot.nextTryMs) this.#fork(slot, nowMs);
    if (keeper?.state !== 'ready') return;
    if (slot.move !== undefined) slot.move = { state: 'arrived' };
    for (const worker of slot.workers) {
      if (worker.state === 'retiring') this.#departures.drain(worker);
    }
  }

  /** Who does not fit its slot is on the way out; who fits it again, stays. */
  #align(slot: Slot, worker: WorkerHandle): void {
    const { state } = worker;
    if (!slot.fits(worker)) {
      if (state === 'ready') worker.state = 'retiring';
      if (state === 'booting') worker.dismiss();
    } else if (state === 'retiring' && worker.spentBy === undefined) worker.state = 'ready';
  }

  /** Nobody serves and requests wait: the slot that is next in line does not sit out its backoff. */
  #serveWaiting(nowMs: number): void {
    const mayFork = mayCutBackoffShort(
      this.readyWorkers.length > 0,
      this.workers.some(({ state }) => state === 'booting'),
      this.#ports.waitingRequests(),
      nowMs - this.#lastForkMs,
      this.#settings,
    );
    if (!mayFork) return;
    const empty = this.slots.filter(
      ({ keeper, move, isGoing }) => !keeper && !isGoing && move?.state !== 'failed',
    );
    const next = empty.sort((a, b) => a.nextTryMs - b.nextTryMs)[0];
    if (next !== undefined) this.#fork(next, nowMs);
  }

  #fork(slot: Slot, nowMs: number): void {
    this.#lastForkMs = nowMs;
    const { settings, execPath, close } = forkSettings(this.#settings);
    cluster.setupPrimary(settings);
    const fork = () => cluster.fork(workerEnvironment());
    const child = forkWorker(() => withExecPath(execPath, fork));
    close();
    const worker = new WorkerHandle(
      child,
      slot,
      { nowMs, bootTimeoutMs: bootLimitMs(slot.holding.plans, slot.holding.settings.bootTimeout) },
      (handle) => this.#ports.replies(handle),
      {
        awake: (handle) => this.#ports.boot(handle),
        ready: (handle) => this.#ready(handle),
        heard: (handle) => handle.load?.hearing.heard(this.#now()),
        askedToRetire: (handle, signal) => this.#askedToRetire(handle, signal),
        unreachable: (handle) => this.#ports.workerDraining(handle),
        died: (handle, exit) => this.#died(slot, handle, exit),
      },
    );
    slot.workers.add(worker);
    this.#ports.workerForked(worker);
    this.#log.debug({ slot: slot.number, workerPid: worker.pid }, 'worker forked');
  }

  #ready(worker: WorkerHandle): void {
    if (worker.state !== 'booting') return;
    const nowMs = this.#now();
    worker.state = 'ready';
    worker.readyAtMs = nowMs;
    this.#deaths.noteReady(worker, nowMs);
    const bootMs = Math.round(nowMs - worker.forkedAtMs);
    this.#log.info({ slot: worker.slot, workerPid: worker.pid, bootMs }, 'worker ready');
    this.#ports.workerReady(worker);
    this.tick();
  }

  #askedToRetire(worker: WorkerHandle, signal: string): void {
    setTimeout(() => {
      if (!this.#ports.isServing() || worker.state !== 'ready') return;
      this.#log.warn(
        { slot: worker.slot, workerPid: worker.pid, signal },
        'worker was signalled; retiring it',
      );
      this.retire(worker);
    }, RETIRE_GRACE_MS).unref();
  }

  #died(slot: Slot, worker: WorkerHandle, exit: WorkerExit): void {
    const others = this.readyWorkers.filter((other) => other !== worker).length;
    const wasSuccessor = isSuccessor(slot, worker);
    const verdict = this.#deaths.judge(slot, worker, exit, {
      nowMs: this.#now(),
      hadReadyWorker: this.readyWorkers.length > 0,
      hasOtherReadyWorker: others > 0,
      isStopping: this.#isStopping,
    });
    slot.workers.delete(worker);
    if (wasSuccessor) slot.successorDied(verdict.death, bootFailure(worker, exit));
    this.#ports.workerDied(worker, verdict.death, verdict.reason);
    this.#goOn(verdict);
  }

  #goOn({ failedStart, gaveUp }: Verdict): void {
    if (this.#isStopping) {
      if (this.workers.length === 0) this.#onAllGone?.();
    } else if (failedStart !== undefined) this.#ports.startFailed(failedStart);
    else if (gaveUp !== undefined) this.#ports.fatal(gaveUp);
    else setImmediate(() => this.tick());
  }
}

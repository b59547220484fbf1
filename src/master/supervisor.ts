import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../config/settings.js';
import { EXIT, StartError } from '../errors.js';
import type { Boot } from '../link/control.js';
import type { ReplyHandlers } from '../link/master-end.js';
import type { Logger } from '../observe/logger.js';
import type { RestartReason } from '../observe/metric-table.js';
import { classifyDeath, type Death } from '../queue/quarantine.js';
import { deathReport } from './death-report.js';
import { OomWatch } from './oom-kills.js';
import {
  type DeathStage,
  decideRestart,
  isFailedStart,
  mayCutBackoffShort,
  shouldGiveUp,
} from './restart-policy.js';
import { restartReason } from './restart-reason.js';
import { Slot } from './slot.js';
import { type WorkerExit, WorkerHandle } from './worker-handle.js';

/** A worker that was told to leave and is still there after this is killed. */
const LEAVE_TIMEOUT_MS = 5000;
/** A signal to the whole group reaches a worker before the master may have seen its own. */
const RETIRE_GRACE_MS = 100;

/** A batch of requests lives together: in a small young generation each of them is copied twice. */
const WORKER_FLAGS = ['--max-semi-space-size=32'];

/** What native runtimes read: ONNX Runtime would report its use to its maker. */
const WORKER_ENVIRONMENT = { ORT_DISABLE_TELEMETRY: '1' };

const WORKER_FILE = fileURLToPath(new URL('../worker/main.cjs', import.meta.url));

export type SupervisorPorts = {
  /** The boot message for a worker in this slot. */
  boot(slot: number): Boot;
  replies(worker: WorkerHandle): Omit<ReplyHandlers, 'ended'>;
  workerForked(worker: WorkerHandle): void;
  workerReady(worker: WorkerHandle): void;
  /** Nothing more may be dispatched to it. */
  workerDraining(worker: WorkerHandle): void;
  workerDied(worker: WorkerHandle, death: Death, reason: RestartReason): void;
  waitingRequests(): number;
  /** False once the server drains or stops. */
  isServing(): boolean;
  /** The server cannot go on. */
  fatal(error: StartError): void;
};

/**
 * Keeps every slot filled. Events do not act, they only ask for another pass of
 * `reconcile`, which makes the workers what they should be; so no order of
 * deaths, signals and timeouts needs a case of its own.
 */
export class Supervisor {
  readonly slots: readonly Slot[];
  readonly #settings: Settings;
  readonly #ports: SupervisorPorts;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #oom = new OomWatch();
  #isStopping = false;
  #wasEverReady = false;
  #lastReadyMs: number;
  #lastForkMs = 0;
  #killsBeforeReady = 0;
  #onAllGone: (() => void) | undefined;

  constructor(settings: Settings, ports: SupervisorPorts, log: Logger, now: () => number) {
    this.#settings = settings;
    this.#ports = ports;
    this.#log = log;
    this.#now = now;
    this.#lastReadyMs = now();
    this.slots = Array.from({ length: settings.workers }, (_, number) => new Slot(number));
  }

  start(): void {
    cluster.setupPrimary({
      exec: WORKER_FILE,
      args: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
      execArgv: [...process.execArgv, ...WORKER_FLAGS],
    });
    this.tick();
  }

  get workers(): WorkerHandle[] {
    return this.slots.flatMap((slot) => [...slot.workers]);
  }

  get readyWorkers(): WorkerHandle[] {
    return this.workers.filter(({ state }) => state === 'ready' || state === 'retiring');
  }

  /** Another pass, with the deadlines looked at first; called often, and after each event. */
  tick(): void {
    const nowMs = this.#now();
    for (const worker of this.workers) this.#enforceDeadline(worker, nowMs);
    if (this.#isStopping) return;
    for (const slot of this.slots) this.#reconcile(slot, nowMs);
    this.#serveWaiting(nowMs);
  }

  /** Retires a worker: its successor boots first, then it drains and leaves. */
  retire(worker: WorkerHandle): void {
    if (this.#isStopping || worker.state !== 'ready') return;
    worker.state = 'retiring';
    this.tick();
  }

  /** Asks all workers to leave; resolves when they are gone. Nothing may be in flight. */
  stop(): Promise<void> {
    this.#isStopping = true;
    const deadlineMs = this.#now() + LEAVE_TIMEOUT_MS;
    for (const worker of this.workers) {
      if (worker.state === 'booting') worker.kill('the server stops');
      else if (worker.state !== 'leaving') worker.leave(deadlineMs);
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

  #enforceDeadline(worker: WorkerHandle, nowMs: number): void {
    if (worker.state === 'draining' && worker.inFlight === 0) {
      worker.leave(nowMs + LEAVE_TIMEOUT_MS);
    }
    if (nowMs < worker.deadlineMs) return;
    if (worker.state === 'booting') {
      worker.kill(`not ready after the boot timeout of ${this.#settings.bootTimeout / 1000} s`);
    } else if (worker.state === 'leaving') {
      worker.kill('did not leave when asked');
    }
  }

  #reconcile(slot: Slot, nowMs: number): void {
    const { keeper } = slot;
    if (keeper === undefined && nowMs >= slot.nextTryMs) this.#fork(slot, nowMs);
    if (keeper?.state !== 'ready') return;
    for (const worker of slot.workers) {
      if (worker.state === 'retiring') this.#drain(worker);
    }
  }

  #drain(worker: WorkerHandle): void {
    worker.state = 'draining';
    this.#ports.workerDraining(worker);
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
    const empty = this.slots.filter((slot) => slot.keeper === undefined);
    const next = empty.sort((a, b) => a.nextTryMs - b.nextTryMs)[0];
    if (next !== undefined) this.#fork(next, nowMs);
  }

  #fork(slot: Slot, nowMs: number): void {
    this.#lastForkMs = nowMs;
    const child: Worker = cluster.fork(WORKER_ENVIRONMENT);
    const worker = new WorkerHandle(
      child,
      slot.number,
      { nowMs, bootTimeoutMs: this.#settings.bootTimeout },
      (handle) => this.#ports.replies(handle),
      {
        awake: () => this.#ports.boot(slot.number),
        ready: (handle) => this.#ready(handle),
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
    this.#wasEverReady = true;
    this.#lastReadyMs = nowMs;
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
    const nowMs = this.#now();
    const oomKillsRose = exit.signal === 'SIGKILL' && this.#oom.hasRisen();
    const cause = classifyDeath({
      code: exit.code,
      signal: exit.signal,
      oomKillsRose,
      killedByMaster: worker.killReason !== undefined,
      brokeItsStream: worker.brokeItsStream,
      wasAskedToLeave: worker.state === 'leaving',
    });
    const stage = this.#stageOf(worker);
    if (this.readyWorkers.length > 0) this.#lastReadyMs = nowMs;
    slot.workers.delete(worker);
    const readyForMs = worker.readyAtMs === undefined ? 0 : nowMs - worker.readyAtMs;
    const restart = decideRestart(stage, slot, readyForMs, this.#settings, Math.random());
    slot.failures = restart.failures;
    slot.nextTryMs = nowMs + restart.delayMs;
    deathReport(this.#log, worker, exit, {
      uptimeMs: nowMs - worker.forkedAtMs,
      inFlight: worker.inFlight,
      nextTryMs: slot.keeper === undefined && !this.#isStopping ? restart.delayMs : undefined,
      isStopping: this.#isStopping,
      oomKillsRose,
    });
    this.#ports.workerDied(worker, cause, restartReason(worker, exit, cause, stage));
    this.#afterDeath(worker, exit, cause, stage);
  }

  #afterDeath(worker: WorkerHandle, exit: WorkerExit, cause: Death, stage: DeathStage): void {
    if (this.#isStopping) {
      if (this.workers.length === 0) this.#onAllGone?.();
      return;
    }
    if (stage === 'before ready' && this.#hasStartFailed(cause)) {
      const how = exit.signal === null ? `exited with code ${exit.code}` : `died by ${exit.signal}`;
      const reason = worker.failure?.reason ?? worker.killReason ?? `it ${how} before it was ready`;
      const exitCode = worker.failure?.exitCode ?? EXIT.BOOT_FAILED;
      this.#ports.fatal(
        new StartError(exitCode, `worker ${worker.slot} could not boot: ${reason}`),
      );
      return;
    }
    const sinceReadyMs = this.#now() - this.#lastReadyMs;
    const counts = stage === 'before ready' || stage === 'idle';
    if (counts && shouldGiveUp(this.readyWorkers.length > 0, sinceReadyMs, this.#settings)) {
      const seconds = Math.round(sinceReadyMs / 1000);
      this.#ports.fatal(
        new StartError(EXIT.GAVE_UP, `giving up: no worker has been ready for ${seconds} s`),
      );
      return;
    }
    setImmediate(() => this.tick());
  }

  #hasStartFailed(cause: Death): boolean {
    if (cause === 'unexplained') this.#killsBeforeReady += 1;
    return isFailedStart(this.#wasEverReady, cause === 'unexplained', this.#killsBeforeReady);
  }

  #stageOf(worker: WorkerHandle): DeathStage {
    if (worker.readyAtMs === undefined) return 'before ready';
    if (worker.wasEndedByMaster) return 'by master';
    return worker.inFlight > 0 ? 'with work' : 'idle';
  }
}

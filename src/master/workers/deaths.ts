import type { Settings } from '../../config/settings.js';
import { EXIT, StartError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import type { RestartReason } from '../../observe/metric-table.js';
import { classifyDeath, type Death } from '../../queue/fate/quarantine.js';
import { keyOf } from '../model-key.js';
import { type BootFailure, bootFailure } from './boot-failure.js';
import { deathReport } from './death-report.js';
import { OomWatch } from './oom-kills.js';
import { type DeathStage, decideRestart, isFailedStart, shouldGiveUp } from './restart-policy.js';
import { restartReason } from './restart-reason.js';
import type { Slot } from './slot.js';
import type { WorkerExit, WorkerHandle } from './worker-handle.js';

/** What the supervisor knows at a death. The dead worker is still in its slot. */
export type DeathScene = {
  readonly nowMs: number;
  /** The dead one included, if it was ready. */
  readonly hadReadyWorker: boolean;
  readonly hasOtherReadyWorker: boolean;
  readonly isStopping: boolean;
};

/** What follows from a death, the slot's backoff apart. */
export type Verdict = {
  readonly death: Death;
  readonly reason: RestartReason;
  /** The start has failed by this, and nobody else can mend it. */
  readonly failedStart?: BootFailure;
  /** No worker has been ready for the whole window. */
  readonly gaveUp?: StartError;
};

/**
 * Judges deaths: what a worker died of, when its slot is tried again, and whether the server can go
 * on. Remembers what that takes: who was ever ready, and when.
 */
export class Deaths {
  readonly #settings: Settings;
  readonly #log: Logger;
  readonly #oom = new OomWatch();
  /** Models that some worker has loaded: what fails of them later is no failed start. */
  readonly #everLoaded = new Set<string>();
  #wasEverReady = false;
  #lastReadyMs: number;
  #killsBeforeReady = 0;

  constructor(settings: Settings, log: Logger, nowMs: number) {
    this.#settings = settings;
    this.#log = log;
    this.#lastReadyMs = nowMs;
  }

  noteReady(worker: WorkerHandle, nowMs: number): void {
    this.#wasEverReady = true;
    this.#lastReadyMs = nowMs;
    for (const plan of worker.holding.plans) this.#everLoaded.add(keyOf(plan));
  }

  /** Decides, writes the log line, and sets the slot's backoff. */
  judge(slot: Slot, worker: WorkerHandle, exit: WorkerExit, scene: DeathScene): Verdict {
    const { nowMs, isStopping } = scene;
    const oomKillsRose = exit.signal === 'SIGKILL' && this.#oom.hasRisen();
    const death = classifyDeath({
      code: exit.code,
      signal: exit.signal,
      oomKillsRose,
      killedByMaster: worker.killReason !== undefined,
      brokeItsStream: worker.brokeItsStream,
      wasAskedToLeave: worker.state === 'leaving',
    });
    const stage = stageOf(slot, worker);
    if (scene.hadReadyWorker) this.#lastReadyMs = nowMs;
    const readyForMs = worker.readyAtMs === undefined ? 0 : nowMs - worker.readyAtMs;
    const restart = decideRestart(stage, slot, readyForMs, this.#settings, Math.random());
    slot.failures = restart.failures;
    // One that leaves in order does not end the backoff of a successor that died before it.
    slot.nextTryMs = Math.max(slot.nextTryMs, nowMs + restart.delayMs);
    const hasSuccessor = slot.keeper !== undefined && slot.keeper !== worker;
    deathReport(this.#log, worker, exit, {
      uptimeMs: nowMs - worker.forkedAtMs,
      inFlight: worker.inFlight,
      nextTryMs: hasSuccessor || isStopping ? undefined : slot.nextTryMs - nowMs,
      isStopping,
      oomKillsRose,
    });
    const reason = restartReason(worker, exit, death, stage);
    const end = isStopping ? {} : this.#endOf(worker, exit, { death, stage }, scene);
    return { death, reason, ...end };
  }

  #endOf(
    worker: WorkerHandle,
    exit: WorkerExit,
    { death, stage }: { death: Death; stage: DeathStage },
    { nowMs, hasOtherReadyWorker }: DeathScene,
  ): Partial<Verdict> {
    const failure = stage === 'before ready' ? bootFailure(worker, exit) : undefined;
    if (failure === undefined && stage !== 'idle') return {};
    if (failure && this.#hasStartFailed(failure, death)) return { failedStart: failure };
    const sinceReadyMs = nowMs - this.#lastReadyMs;
    if (!shouldGiveUp(hasOtherReadyWorker, sinceReadyMs, this.#settings)) return {};
    const seconds = Math.round(sinceReadyMs / 1000);
    const why = failure === undefined ? '' : `; the last one: ${failure.reason}`;
    const text = `giving up: no worker has been ready for ${seconds} s${why}`;
    return { gaveUp: new StartError(EXIT.GAVE_UP, text) };
  }

  /** Also when others serve: slots may hold different models, and this one never worked anywhere. */
  #hasStartFailed({ model }: BootFailure, death: Death): boolean {
    const isUntried = model !== undefined && !this.#everLoaded.has(keyOf(model));
    const isOver = this.#wasEverReady && !isUntried;
    if (!isOver && death === 'unexplained') this.#killsBeforeReady += 1;
    return isFailedStart(isOver, death === 'unexplained', this.#killsBeforeReady);
  }
}

function stageOf(slot: Slot, worker: WorkerHandle): DeathStage {
  if (worker.isUnwanted) return 'by master';
  if (worker.readyAtMs === undefined) {
    return isSuccessor(slot, worker) ? 'in a rollout' : 'before ready';
  }
  if (worker.wasEndedByMaster) return 'by master';
  return worker.inFlight > 0 ? 'with work' : 'idle';
}

/** Whether the move of its slot stands and falls with this worker. */
export function isSuccessor(slot: Slot, worker: WorkerHandle): boolean {
  const isBooting = worker.readyAtMs === undefined && !worker.isUnwanted;
  return isBooting && slot.move?.state === 'under way' && slot.fits(worker);
}

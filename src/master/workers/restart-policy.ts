/**
 * When is a dead worker's slot filled again, and when does the server give up?
 * Pure: one decision per death, made from how the worker died and how its slot
 * has fared before.
 *
 * Deaths before ready, and of a worker with nothing in flight, say that the
 * worker itself is ill: they back off. A death with work in flight is charged
 * to a request, and a kill by the master is its own will: both are refilled at
 * once, or any client could switch the server off. A successor that a rollout
 * tries and that does not become ready says nothing of its slot: the rollout has
 * failed, and the slot goes back to what it held.
 */

export type DeathStage = 'before ready' | 'in a rollout' | 'idle' | 'with work' | 'by master';

export type RestartSettings = {
  readonly restartBackoff: number;
  readonly restartBackoffMax: number;
  readonly stableAfter: number;
  readonly giveUpAfter: number;
};

/** Deaths in a row of one slot that count for its backoff. */
export type SlotRecord = { readonly failures: number };

export type Restart = SlotRecord & { readonly delayMs: number };

/**
 * Doubles from `restartBackoff` to `restartBackoffMax`, then takes between half
 * and the whole of it at random, so that slots do not come back in step.
 *
 * @param readyForMs how long the dead worker had been ready
 * @param random in [0, 1)
 */
export function decideRestart(
  stage: DeathStage,
  record: SlotRecord,
  readyForMs: number,
  settings: RestartSettings,
  random: number,
): Restart {
  if (stage !== 'before ready' && stage !== 'idle') {
    return { failures: record.failures, delayMs: 0 };
  }
  const isStable = readyForMs >= settings.stableAfter;
  const failures = isStable ? 1 : record.failures + 1;
  const fullMs = Math.min(
    settings.restartBackoffMax,
    settings.restartBackoff * 2 ** Math.min(failures - 1, 30),
  );
  return { failures, delayMs: fullMs * (0.5 + random / 2) };
}

/**
 * Backoff spares the CPU while others serve. When nobody serves and requests
 * wait, the earliest slot is tried again, at most once per `restartBackoff`.
 */
export function mayCutBackoffShort(
  hasReadyWorker: boolean,
  hasBootingWorker: boolean,
  waitingRequests: number,
  sinceLastForkMs: number,
  settings: RestartSettings,
): boolean {
  return (
    !hasReadyWorker &&
    !hasBootingWorker &&
    waitingRequests > 0 &&
    sinceLastForkMs >= settings.restartBackoff
  );
}

/** True when no worker has been ready for the whole window; asked at each death that counts. */
export function shouldGiveUp(
  hasReadyWorker: boolean,
  sinceLastReadyMs: number,
  settings: RestartSettings,
): boolean {
  return !hasReadyWorker && sinceLastReadyMs >= settings.giveUpAfter;
}

/** How often somebody outside may kill a worker that boots before the start counts as failed. */
const KILLS_BEFORE_FIRST_READY = 3;

/**
 * The start fails at the first death before any worker was ever ready: trying
 * again would only hide the reason. A kill from outside is not a reason; it is
 * forgiven a few times.
 */
export function isFailedStart(
  wasEverReady: boolean,
  wasKilledFromOutside: boolean,
  killsSoFar: number,
): boolean {
  return !wasEverReady && (!wasKilledFromOutside || killsSoFar > KILLS_BEFORE_FIRST_READY);
}

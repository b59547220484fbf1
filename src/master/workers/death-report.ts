import type { Logger } from '../../observe/logger.js';
import type { WorkerExit, WorkerHandle } from './worker-handle.js';

export type DeathFacts = {
  readonly uptimeMs: number;
  readonly inFlight: number;
  /** When its slot is tried again; absent when it has a successor already, or the server stops. */
  readonly nextTryMs: number | undefined;
  readonly isStopping: boolean;
  readonly oomKillsRose: boolean;
};

/** One log line per death: who, how, after how long, what follows, and what to look at. */
export function deathReport(
  log: Logger,
  worker: Pick<
    WorkerHandle,
    'slot' | 'pid' | 'state' | 'served' | 'failure' | 'killReason' | 'isUnwanted'
  >,
  exit: WorkerExit,
  facts: DeathFacts,
): void {
  const reason = worker.failure?.reason ?? worker.killReason;
  const fields = {
    slot: worker.slot,
    workerPid: worker.pid,
    code: exit.code,
    signal: exit.signal,
    uptimeMs: Math.round(facts.uptimeMs),
    inFlight: facts.inFlight,
    served: worker.served,
    ...(facts.nextTryMs === undefined ? {} : { nextTryMs: Math.round(facts.nextTryMs) }),
    ...(reason && { reason }),
  };
  const isMeant = worker.isUnwanted || (facts.isStopping && worker.killReason !== undefined);
  if (worker.state === 'leaving' || isMeant) {
    log.info(fields, 'worker left');
    return;
  }
  const hint = deathHint(exit, facts.oomKillsRose, worker.killReason !== undefined);
  log.error({ ...fields, ...(hint && { hint }) }, 'worker died');
}

/** What usually stands behind such a death; never said of a SIGKILL that the master sent. */
export function deathHint(
  { code, signal }: WorkerExit,
  oomKillsRose: boolean,
  wasKilledByMaster: boolean,
): string | undefined {
  if (wasKilledByMaster) return undefined;
  if (oomKillsRose) return 'the kernel killed it: out of memory (the cgroup oom_kill count rose)';
  if (signal === 'SIGKILL') return 'probably out of memory, unless somebody sent SIGKILL';
  if (signal === 'SIGABRT' || code === 134) {
    return 'aborted: the JavaScript heap limit was reached (out of memory) or a native library gave up';
  }
  if (signal === 'SIGSEGV' || signal === 'SIGBUS' || signal === 'SIGILL') {
    return 'a native library crashed';
  }
  return undefined;
}

import type { RestartReason } from '../../observe/metric-table.js';
import type { Death } from '../../queue/fate/quarantine.js';
import type { DeathStage } from './restart-policy.js';
import type { WorkerExit, WorkerHandle } from './worker-handle.js';

/** The label under which a worker's end is counted. */
export function restartReason(
  worker: Pick<WorkerHandle, 'state' | 'killedAs' | 'spentBy'>,
  exit: WorkerExit,
  death: Death,
  stage: DeathStage,
): RestartReason {
  if (stage === 'before ready' || stage === 'in a rollout') return 'boot_failed';
  if (stage === 'by master' && worker.state === 'booting') return 'replaced';
  if (worker.killedAs !== undefined) return worker.killedAs;
  if (worker.state === 'leaving') return worker.spentBy ?? 'replaced';
  if (death === 'unexplained') return 'killed';
  return death === 'self-inflicted' && exit.signal === 'SIGKILL' ? 'out_of_memory' : 'crashed';
}

import { EXIT, type ExitCode } from '../../errors.js';
import type { WorkerExit, WorkerHandle } from './worker-handle.js';

/** Why a worker did not become ready. */
export type BootFailure = {
  readonly slot: number;
  readonly workerPid: number;
  /** One sentence without its stop. */
  readonly reason: string;
  readonly exitCode: ExitCode;
  /** The model it was loading; undefined when the fault is not a model's. */
  readonly model: ModelVersion | undefined;
};

export type ModelVersion = { readonly name: string; readonly version: string };

type BootedWorker = Pick<WorkerHandle, 'slot' | 'pid' | 'failure' | 'killReason' | 'loading'>;

/** What a worker that died before it was ready says of itself, or what can be seen of it. */
export function bootFailure(worker: BootedWorker, exit: WorkerExit): BootFailure {
  const { slot, pid: workerPid, failure, killReason, loading } = worker;
  if (failure !== undefined) {
    const { reason, exitCode } = failure;
    const isModels = exitCode === EXIT.MODEL_LOAD_FAILED;
    return { slot, workerPid, reason, exitCode, model: isModels ? loading : undefined };
  }
  const how = exit.signal === null ? `exited with code ${exit.code}` : `died by ${exit.signal}`;
  const what =
    loading === undefined
      ? 'before it was ready'
      : `while it loaded model "${loading.name}" version ${loading.version}`;
  const reason = killReason === undefined ? `it ${how} ${what}` : `${killReason}${during(loading)}`;
  return { slot, workerPid, reason, exitCode: EXIT.BOOT_FAILED, model: loading };
}

function during(loading: ModelVersion | undefined): string {
  return loading === undefined
    ? ''
    : `, while it loaded model "${loading.name}" version ${loading.version}`;
}

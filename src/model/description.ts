import type { Signature } from './signature.js';

/**
 * What the master knows of a model: told by each ready worker over the control
 * channel, so everything in it survives JSON; until then, what was planned.
 */
export type ModelDescription = {
  readonly name: string;
  readonly version: string;
  /** `onnx` or `module`. */
  readonly runtime: string;
  readonly isDefault: boolean;
  /** Absent where a module declares none (it takes raw instances), and before a worker is ready. */
  readonly signature?: Signature;
  /** False: a request whose worker died is answered 500 WORKER_CRASHED, never run again. */
  readonly isRetryable: boolean;
  /** Execution timeout of this model; absent: the server's `timeout`. */
  readonly timeoutMs?: number;
  readonly loadMs: number;
  readonly warmupMs: number;
};

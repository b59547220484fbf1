import type { Signature } from './signature.js';

/**
 * What the master knows of a loaded model: told by the first ready worker over
 * the control channel, so everything in it survives JSON.
 */
export type ModelDescription = {
  readonly name: string;
  readonly version: string;
  /** `onnx` or `module`. */
  readonly runtime: string;
  readonly isDefault: boolean;
  /** Absent where a module declares none: it takes raw instances. */
  readonly signature?: Signature;
  /** False: a request whose worker died is answered 500 WORKER_CRASHED, never run again. */
  readonly isRetryable: boolean;
  /** Execution timeout of this model; absent: the server's `timeout`. */
  readonly timeoutMs?: number;
  readonly loadMs: number;
  readonly warmupMs: number;
};

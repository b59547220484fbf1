import type { ErrorCode, RequestError } from '../errors.js';
import type { SlicePorts } from './slices/slice-desk.js';

/** What the dispatcher asks of the world. None may throw; each may call the dispatcher back. */
export type DispatcherPorts<R, W> = {
  /** Put the request on the worker's link. */
  send(request: R, worker: W): void;
  /** Answer the client with this error. */
  refuse(request: R, error: RequestError): void;
  /** Its reply had begun and cannot be completed: cut the client's connection. */
  cutOff(request: R, code: ErrorCode): void;
  /** Nobody waits for it any more: tell the worker to break it off. */
  abort(request: R, worker: W): void;
  /** Kill the worker. Called once per worker. */
  kill(worker: W, why: KillCause): void;
  /** Ask the worker, which has no work, whether it hears; `WorkerLoad.hearing` is told of the answer. */
  ping?(worker: W): void;
  /** The worker's link takes no more bytes for now; call `dispatch` when it does again. */
  isBackedUp?(worker: W): boolean;
  /**
   * No worker that is fed holds this key, and somebody waits for it: the error to
   * answer, or undefined when a worker that will hold it is coming. Asked when such
   * a request comes, when a worker goes, and in each sweep.
   */
  whyHopeless?(key: string): RequestError | undefined;
  /**
   * False: what is held for clients is more than may be, so nothing is given to
   * workers; call `dispatch` when there is room again.
   */
  mayDispatch?(): boolean;
  /** Call `dispatch` at this time: somebody waits until then for others to fill its batch. */
  wakeAt?(atMs: number): void;
  /** The worker's process was stopped from outside (SIGSTOP): its overdue request is run again, not blamed. */
  isStopped?(worker: W): boolean;
  /** What becomes of slices of large requests; without it none are given out. */
  readonly slices?: SlicePorts<R, W>;
};

/**
 * overran: what it ran passed the execution timeout · ran on: it did not break off what it was told
 * to · stopped: somebody has stopped its process · deaf: it did not answer while it had no work.
 */
export type KillCause = 'overran' | 'ran on' | 'stopped' | 'deaf';

export type DispatcherOptions = {
  /** A worker with at most this much estimated work in front gets more. */
  readonly workAheadMs: number;
  /** A worker that runs exactly one request may have the next one lie ready; not unless told. */
  readonly mayStandBy?: boolean;
  /** Most requests at one worker, whatever the estimates say; 64 unless told. */
  readonly maxInFlight?: number;
  /** How long a worker without work may leave a ping unanswered; never asked unless told. */
  readonly deafAfterMs?: number | undefined;
  /** The least share of dispatches that waiting requests of low priority get; absent: there is one class. */
  readonly lowPriorityShare?: number;
};

/** What became of the requests of a worker that has gone. */
export type Casualties = { runAgain: number; refused: number; cutOff: number; dropped: number };

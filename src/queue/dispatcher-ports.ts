import type { RequestError } from '../errors.js';

/** What the dispatcher asks of the world. None may throw; each may call the dispatcher back. */
export type DispatcherPorts<R, W> = {
  /** Put the request on the worker's link. */
  send(request: R, worker: W): void;
  /** Answer the client with this error. */
  refuse(request: R, error: RequestError): void;
  /** Its reply had begun when its worker died: cut the client's connection. */
  cutOff(request: R): void;
  /** The running request passed its execution timeout: kill the worker. Called once per worker. */
  overran(worker: W, request: R): void;
  /** The worker's link takes no more bytes for now; call `dispatch` when it does again. */
  isBackedUp?(worker: W): boolean;
  /**
   * No worker that is fed holds this key, and somebody waits for it: the error to
   * answer, or undefined when a worker that will hold it is coming. Asked when such
   * a request comes, when a worker goes, and in each sweep.
   */
  whyHopeless?(key: string): RequestError | undefined;
  /** The worker's process was stopped from outside (SIGSTOP): its overdue request is run again, not blamed. */
  isStopped?(worker: W): boolean;
};

export type DispatcherOptions = {
  /** A worker with at most this much estimated work in front gets more. */
  readonly workAheadMs: number;
  /** Most requests at one worker, whatever the estimates say; 64 unless told. */
  readonly maxInFlight?: number;
};

/** What became of the requests of a worker that has gone. */
export type Casualties = { runAgain: number; refused: number; cutOff: number; dropped: number };

import { RequestError } from '../errors.js';
import { countedDeaths } from './quarantine.js';
import type { Queued } from './request.js';

/** Waited past its queue deadline. */
export function queueTimeout(request: Queued, nowMs: number): RequestError {
  const waitedMs = Math.round(request.waitedMs + nowMs - request.queuedAtMs);
  return new RequestError(
    'QUEUE_TIMEOUT',
    `no worker was free for this request in time: it waited ${waitedMs} ms in the queue`,
  );
}

/** Ran past its execution timeout. */
export function executionTimeout(request: Queued): RequestError {
  return new RequestError(
    'EXECUTION_TIMEOUT',
    `the request ran longer than its execution timeout of ${request.timeoutMs} ms and was ended`,
  );
}

/** Its worker died, and it may not run twice or has killed enough of them. */
export function workerCrashed(request: Queued): RequestError {
  const reason = request.isRetryable
    ? `${countedDeaths(request)} workers died of this request, the last with nothing else in it; it is not run again`
    : 'the worker died before it answered this request, and its model does not allow running it again';
  return new RequestError('WORKER_CRASHED', reason);
}

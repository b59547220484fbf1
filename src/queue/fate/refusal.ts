import { RequestError } from '../../errors.js';
import type { Queued } from '../request.js';
import { countedDeaths } from './quarantine.js';

const CLIENTS_LIMIT = 'for waiting and running together (x-request-timeout-ms)';

/** Waited past its queue deadline, or past its client's limit. */
export function queueTimeout(request: Queued, nowMs: number): RequestError {
  const { clientDeadlineMs, queueDeadlineMs, clientTimeoutMs } = request;
  const waitedMs = Math.round(request.waitedMs + nowMs - request.queuedAtMs);
  const isClients = clientDeadlineMs !== undefined && clientDeadlineMs <= queueDeadlineMs;
  const limit = isClients
    ? `the client allows ${clientTimeoutMs} ms ${CLIENTS_LIMIT}`
    : "the server's limit for waiting (queue timeout) has passed";
  return new RequestError(
    'QUEUE_TIMEOUT',
    `no worker was free for this request in time: it waited ${waitedMs} ms in the queue, and ${limit}`,
  );
}

/** Was at a worker when its client's limit passed. */
export function clientTimeout({ clientTimeoutMs }: Queued): RequestError {
  return new RequestError(
    'EXECUTION_TIMEOUT',
    `the request was still running when the client's limit of ${clientTimeoutMs} ms ${CLIENTS_LIMIT} passed`,
  );
}

/** Its reply had begun, and did not end in time. */
export function streamTimeout({ streamTimeoutMs }: Queued): RequestError {
  return new RequestError(
    'EXECUTION_TIMEOUT',
    `the streamed reply took longer than its stream timeout of ${streamTimeoutMs} ms`,
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

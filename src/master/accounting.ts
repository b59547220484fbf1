import type { AccessLog } from '../observe/access/access-log.js';
import type { Metrics } from '../observe/metrics.js';
import type { Admission } from '../queue/admission/admission.js';
import type { ClientRequest } from './client-request.js';
import type { ModelStatistics } from './metadata/statistics.js';

export type AccountingParts = {
  readonly metrics: Metrics;
  readonly statistics: ModelStatistics;
  readonly accessLog: AccessLog;
  readonly admission: Admission;
  readonly now: () => number;
};

/** Closes the books on a request that was answered, refused or left: once each. */
export function account(request: ClientRequest, parts: AccountingParts): void {
  const nowMs = parts.now();
  request.totalMs = nowMs - request.arrivedAtMs;
  parts.admission.release(request.bytes);
  parts.metrics.finishedRequest(request);
  parts.statistics.finished(request);
  parts.accessLog(request);
  request.body = []; // its bytes are given back, so they must not be held
}

import type { AccessLog } from '../observe/access/access-log.js';
import type { Metrics } from '../observe/metrics.js';
import type { Admission } from '../queue/admission/admission.js';
import { type ClientRequest, OTHER } from './client-request.js';
import { localRoute } from './local-routes.js';
import type { ModelStatistics } from './metadata/statistics.js';
import { predictionRoute } from './prediction-route.js';
import type { ModelTargets } from './routing/model-target.js';

export type AccountingParts = {
  readonly metrics: Pick<Metrics, 'finishedRequest'>;
  readonly statistics: Pick<ModelStatistics, 'finished'>;
  readonly accessLog: AccessLog;
  readonly admission: Pick<Admission, 'release'>;
  readonly targets: Pick<ModelTargets, 'find'>;
  readonly now: () => number;
};

/** Closes the books on a request that was answered, refused or left: once each. */
export function account(request: ClientRequest, parts: AccountingParts): void {
  const nowMs = parts.now();
  request.totalMs = nowMs - request.arrivedAtMs;
  parts.admission.release(request.bytes);
  if (request.route === OTHER && request.figures === undefined) nameByPath(request, parts);
  parts.metrics.finishedRequest(request);
  parts.statistics.finished(request);
  parts.accessLog(request);
  request.body = []; // its bytes are given back, so they must not be held
}

/** No worker has told which route it was, because the master refused it, or its client left. */
function nameByPath(request: ClientRequest, { targets }: AccountingParts): void {
  const { method, path } = request;
  request.route = localRoute(path)?.label ?? predictionRoute(method, path) ?? OTHER;
  if (request.model === OTHER) request.model = targets.find(path, method).model;
}

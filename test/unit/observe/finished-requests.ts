import type { FinishedRequest } from '../../../src/observe/finished-request.js';

/** A prediction that went well, changed where a test wants it otherwise. */
export function finishedRequest(changes: Partial<FinishedRequest> = {}): FinishedRequest {
  return {
    requestId: 'r-1',
    method: 'POST',
    url: '/predict',
    status: 200,
    code: undefined,
    route: '/predict',
    model: 'digits',
    version: '3',
    slot: 1,
    queueMs: 0.25,
    runMs: 2,
    totalMs: 3.5,
    rows: 4,
    helpedSlices: 0,
    bytesIn: 300,
    bytesOut: 40,
    remoteAddress: '127.0.0.1',
    protocol: 'HTTP/1.1',
    hasLength: true,
    headers: [],
    answerHeaders: [],
    ...changes,
  };
}

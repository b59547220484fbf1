import type { WorkerLog } from '../../src/worker/worker-log.js';

/** For apps whose log nobody reads. */
export const silentLog: WorkerLog = { info() {}, warn() {}, error() {}, fatal() {} };

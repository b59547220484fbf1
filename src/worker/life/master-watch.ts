/**
 * Ends this worker when its master has vanished, also while a model computes: the event loop, and
 * with it the control channel's 'disconnect', waits until the model is done, which may be never.
 */
import { Worker } from 'node:worker_threads';
import { endsWith } from '../../link/process/worker-process.js';
import type { WorkerLog } from '../worker-log.js';

/** Starts the watching thread where the system does not see to it; it holds nothing open. */
export function watchMaster(log: WorkerLog): void {
  const masterPid = endsWith(process.argv);
  if (masterPid !== undefined) {
    // It may have ended before the system was asked: then nothing would tell.
    if (process.ppid !== masterPid) process.kill(process.pid, 'SIGKILL');
    return;
  }
  const thread = new Worker(new URL('./master-watch-thread.js', import.meta.url), {
    workerData: { masterPid: process.ppid },
    // It does nothing but look at a number: room for its own start is enough.
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
    execArgv: [],
    env: {},
  });
  thread.unref();
  thread.on('error', (error) => log.warn({ err: error }, 'watch of the master stopped'));
}

/** The thread of master-watch.ts: a process whose parent has died gets another one. */
import { workerData } from 'node:worker_threads';

const LOOK_EVERY_MS = 500;

const { masterPid } = workerData as { readonly masterPid: number };

setInterval(() => {
  // The main thread may be in the middle of native code: only this signal reaches it there.
  if (process.ppid !== masterPid) process.kill(process.pid, 'SIGKILL');
}, LOOK_EVERY_MS);

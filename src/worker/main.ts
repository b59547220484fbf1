/**
 * Entry of a worker process. A signal to the whole group, such as Ctrl-C, reaches a worker at any
 * moment: the handlers are in place before anything else is loaded, or a worker that still boots
 * would die of it (and SIGUSR1 would open Node's debugger).
 */
import cluster from 'node:cluster';
import type { FromWorker } from '../link/control.js';

const ASKING: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGQUIT'];
const IGNORED: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'];

/** A worker never leaves by a signal: it asks the master to retire it. */
function askToRetire(signal: string): void {
  tell({ type: 'retireMe', signal });
}

for (const signal of ASKING) process.on(signal, askToRetire);
for (const signal of IGNORED) process.on(signal, () => {});
// Without a master there is nobody to answer to. While this process computes, its watch sees to it.
process.on('disconnect', () => process.exit(0));

function tell(message: FromWorker): void {
  // The master may go at any moment; 'disconnect' follows.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

// The master boots a worker that is awake: a message to an ES module that does not listen yet is lost.
const early: unknown[] = [];
let deliver = (message: unknown): void => void early.push(message);
process.on('message', (message) => deliver(message));
tell({ type: 'awake' });

const { Life } = await import('./worker.js');
if (cluster.worker === undefined) {
  process.stderr.write('forkcast: worker/main.js is started by the master, not by hand\n');
  process.exit(2);
}
const life = new Life({ tell, exit: (code) => process.exit(code) });
deliver = (message) => life.take(message);
for (const message of early) deliver(message);

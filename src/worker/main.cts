/**
 * Entry of a worker process.
 *
 * CommonJS, because Node runs such an entry before it looks at any event, and an ES module only
 * some milliseconds later. In that gap a signal to the whole group, such as Ctrl-C, would end the
 * worker, and SIGUSR1 would open Node's debugger.
 */
import type { Envelope, FromWorker } from '../link/process/control.js';

const ASKING: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGQUIT'];
const REOPENING: readonly NodeJS.Signals[] = ['SIGUSR1'];
const IGNORED: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGUSR2', 'SIGTTIN', 'SIGTTOU'];
/** On a terminal SIGTTOU is the terminal's: a write from the background would be tried without end. */
const isTerminal = process.stdout.isTTY === true || process.stderr.isTTY === true;

/** A worker never leaves by a signal: it asks the master to retire it. */
function askToRetire(signal: string): void {
  tell({ type: 'retireMe', signal });
}

function tell(message: FromWorker): void {
  // The master may go at any moment; 'disconnect' follows.
  const envelope: Envelope = { forkcast: message };
  if (process.connected) process.send?.(envelope, undefined, undefined, () => {});
}

for (const signal of ASKING) process.on(signal, askToRetire);
// While nothing is open yet, there is nothing to reopen.
let reopenLogs = (): void => {};
for (const signal of REOPENING) process.on(signal, () => reopenLogs());
for (const signal of IGNORED) {
  if (signal !== 'SIGTTOU' || !isTerminal) process.on(signal, () => {});
}
// Without a master there is nobody to answer to. While this process computes, its watch sees to it.
process.on('disconnect', () => process.exit(0));

if (process.send === undefined) {
  process.stderr.write('forkcast: a worker is started by its master, not by hand\n');
  process.exit(2);
}

// Only now: with `--import` in NODE_OPTIONS even this file runs late, and what came before is lost.
const early: unknown[] = [];
let deliver = (message: unknown): void => {
  early.push(message);
};
process.on('message', (message) => deliver(message));
tell({ type: 'awake' });

// What is loaded stays: V8 would take it for much to do, and double the room for new objects, twice.
process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');

void import('./worker.js').then(({ Life }) => {
  const life = new Life({ tell, exit: (code) => process.exit(code) });
  deliver = (message) => life.take(message);
  reopenLogs = () => life.reopenLogs();
  for (const message of early) deliver(message);
});

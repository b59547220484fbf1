/** Appends what happens to the server to a file, one line an event: EVENTS_FILE=FILE. */
import { appendFile } from 'node:fs/promises';

const file = process.env.EVENTS_FILE ?? 'events.log';

function note(event, facts) {
  return appendFile(file, `${JSON.stringify({ event, ...facts })}\n`);
}

export const onStarting = (facts) => note('starting', facts);
export const whenReady = (facts) => note('ready', facts);
export const onWorkerExit = (facts) => note('worker exit', facts);
export const onWorkerCountChange = (facts) => note('worker count', facts);
export const onReload = (facts) => note('reload', facts);
export const onExit = (facts) => note('exit', facts);

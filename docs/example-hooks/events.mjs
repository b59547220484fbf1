/**
 * Appends what happens to the server to a file, one line an event: EVENTS_FILE=FILE. Synchronously, so
 * that lines are in the order of the events: hooks have a thread of their own, and nobody waits for it.
 */
import { appendFileSync } from 'node:fs';

const file = process.env.EVENTS_FILE ?? 'events.log';

function note(event, facts) {
  appendFileSync(file, `${JSON.stringify({ event, ...facts })}\n`);
}

export const onStarting = (facts) => note('starting', facts);
export const whenReady = (facts) => note('ready', facts);
export const onWorkerExit = (facts) => note('worker exit', facts);
export const onWorkerCountChange = (facts) => note('worker count', facts);
export const onReload = (facts) => note('reload', facts);
export const onExit = (facts) => note('exit', facts);

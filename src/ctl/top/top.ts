/** `forkcast ctl top`: the server, live in the terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../config/values/duration.js';
import { ConfigError } from '../../errors.js';
import type { AdminClient } from '../admin-client.js';
import type { Verb } from '../verb.js';
import { type Look, lookAt } from './look.js';
import { fitted, picture } from './picture.js';
import { Terminal } from './terminal.js';

const STANDARD_INTERVAL = '1s';
const LEAST_MS = 100;
const MOST_MS = 60 * 60 * 1000;

export const top: Verb = {
  takes: ['[INTERVAL]'],
  doc: 'shows workers, queue, rates and latencies, again each second; q leaves it',
  async run(admin, [text = STANDARD_INTERVAL], isJson) {
    const intervalMs = readInterval(text);
    if (Terminal.isThere && !isJson) {
      await live(admin, intervalMs);
      return '';
    }
    const before = await lookAt(admin);
    await sleep(intervalMs);
    const now = await lookAt(admin);
    return isJson ? JSON.stringify(now.status) : picture(now, before).join('\n');
  },
};

function readInterval(text: string): number {
  const intervalMs = parseDuration(text);
  if (intervalMs !== undefined && intervalMs >= LEAST_MS && intervalMs <= MOST_MS) {
    return intervalMs;
  }
  const expected = 'expected an interval such as 500ms or 2s, from 100ms to 1h';
  throw new ConfigError([`ctl top: ${expected}; got ${JSON.stringify(text)}.`]);
}

/** Until somebody ends it. @throws StartError when the server has gone; the terminal is given back first */
async function live(admin: AdminClient, intervalMs: number): Promise<void> {
  const end = new AbortController();
  let [before, now]: [Look?, Look?] = [];
  const draw = (): void => {
    if (now !== undefined) terminal.show(fitted(picture(now, before), terminal.size));
  };
  const terminal = new Terminal({ onEnd: () => end.abort(), onResize: draw });
  try {
    while (!end.signal.aborted) {
      const look = await unlessEnded(lookAt(admin), end.signal);
      if (look === undefined) return;
      [before, now] = [now, look];
      draw();
      await unlessEnded(sleep(intervalMs, undefined, { signal: end.signal }), end.signal);
    }
  } finally {
    terminal.leave();
  }
}

/** A server that does not answer keeps nobody from leaving. */
function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    work
      .then(resolve, (error: unknown) => (signal.aborted ? resolve(undefined) : reject(error)))
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

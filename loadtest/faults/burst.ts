/** Ten times what the workers can do: refused early, or answered in time. */
import { askSubject } from './asks.js';
import { type Connection, NoReply, openConnection } from './connection.js';
import { Crowd, faultOf, pause } from './crowd.js';
import type { Fault, Findings, Trial } from './fault.js';
import { startFront } from './front.js';
import { residentMb, startStand } from './stand.js';
import { Tally } from './tally.js';
import { unmet } from './under-load.js';

const RUN_MS = 20;
const QUEUE_TIMEOUT_MS = 1000;
const TIMES = 10;
const LEAST_GOODPUT = 0.95;
/** An answer travels and is counted on a machine that is full. */
const SLACK_MS = 300;
const MOST_GROWTH_MB = 64;
const ONE_VERSION = () => ({ from: 1, to: 1 });
const ask = (n: number) => askSubject(n, ONE_VERSION, { ms: RUN_MS });
const isRefusal = (reason: string) => /^(503 QUEUE_FULL|504 QUEUE_TIMEOUT)$/.test(reason);

export const burst: Fault = {
  name: 'burst',
  title: `burst at ${TIMES} × capacity (\`--queue-timeout 1s\`)`,
  expected: '503 QUEUE_FULL and 504 QUEUE_TIMEOUT for what is beyond capacity',
  seconds: { whole: 15, quick: 4 },
  run: async (trial) => {
    const stand = await startStand(trial, { args: ['--queue-timeout', `${QUEUE_TIMEOUT_MS}ms`] });
    const front = await startFront(trial, stand.port);
    try {
      return await overload(trial, front.port, stand.server.pid);
    } finally {
      await stand.stop();
      await front.stop();
      stand.repository.remove();
    }
  },
};

async function overload(trial: Trial, port: number, master: number): Promise<Findings> {
  const capacity = await closedLoop(port, trial.options.workers * 3, 3);
  const beforeMb = residentMb(master);
  const { tally, answersPerSecond } = await openLoop(port, capacity * TIMES, trial.seconds);
  const grownMb = residentMb(master) - beforeMb;
  const after = await closedLoop(port, trial.options.workers * 3, 2);
  const goodput = answersPerSecond / capacity;
  const p99 = tally.percentileMs(99);
  const { requests, refused, failed, worstMs } = tally;
  return {
    ...{ requests, refused, failed, worstMs },
    seen:
      `capacity ${capacity.toFixed(0)}/s, goodput ${percent(goodput)}, p99 of the accepted ` +
      `${p99.toFixed(0)} ms, master ${grownMb >= 0 ? '+' : ''}${grownMb.toFixed(0)} MB, afterwards ${percent(after / capacity)}`,
    broken: unmet(
      [goodput >= LEAST_GOODPUT, `goodput of ${percent(goodput)}`],
      [p99 <= QUEUE_TIMEOUT_MS + RUN_MS + SLACK_MS, `p99 of the accepted was ${p99.toFixed(0)} ms`],
      [grownMb <= MOST_GROWTH_MB, `the master grew by ${grownMb.toFixed(0)} MB`],
      [after / capacity >= LEAST_GOODPUT, `afterwards only ${percent(after / capacity)}`],
    ),
  };
}

/** Answers per second when a few clients ask as fast as they are answered. */
async function closedLoop(port: number, clients: number, seconds: number): Promise<number> {
  const crowd = new Crowd({
    port,
    keepAlive: clients,
    fresh: 0,
    pauseMs: 0,
    asking: (_, count) => ask(count),
  });
  crowd.start();
  await pause(500);
  const before = crowd.tally.answers;
  await pause(seconds * 1000);
  const answers = crowd.tally.answers - before;
  await crowd.stop();
  const { failed } = crowd.tally;
  if (Object.keys(failed).length > 0)
    throw new Error(`without overload: ${JSON.stringify(failed)}`);
  return answers / seconds;
}

/** Requests at a rate, whether or not earlier ones are answered. */
async function openLoop(
  port: number,
  perSecond: number,
  seconds: number,
): Promise<{ tally: Tally; answersPerSecond: number }> {
  const tally = new Tally();
  const idle: Connection[] = [];
  const running = new Set<Promise<void>>();
  const startedMs = performance.now();
  let sent = 0;
  for (let spentMs = 0; spentMs < seconds * 1000; spentMs = performance.now() - startedMs) {
    for (const due = (perSecond * spentMs) / 1000; sent < due; sent += 1) {
      const one = askOnce(port, idle, tally, sent).finally(() => running.delete(one));
      running.add(one);
    }
    await pause(2);
  }
  // What is answered later was accepted, but is no goodput of these seconds.
  const answersPerSecond = tally.answers / seconds;
  await Promise.all(running);
  for (const connection of idle) connection.close();
  return { tally, answersPerSecond };
}

async function askOnce(port: number, idle: Connection[], tally: Tally, n: number): Promise<void> {
  const asked = ask(n);
  const startedMs = performance.now();
  try {
    let connection = idle.pop();
    while (connection !== undefined && !connection.isOpen) connection = idle.pop();
    connection ??= await openConnection(port);
    const fault = faultOf(await connection.ask(asked.kept, 30_000), asked);
    if (connection.isOpen) idle.push(connection);
    if (fault === undefined) tally.answered(performance.now() - startedMs);
    else if (isRefusal(fault)) tally.refusedBy(fault);
    else tally.failedBy(fault);
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    tally.failedBy(error.message);
  }
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}

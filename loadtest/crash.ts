/** Kills a random worker again and again under load, and counts who notices. */
import { makeClients } from './clients.js';
import { pause } from './keep-alive-client.js';
import type { Options } from './options.js';
import { Tally } from './tally.js';
import { startTarget, type Target, type TargetName } from './targets.js';

export type CrashResult = {
  readonly target: TargetName;
  readonly connections: number;
  readonly requests: number;
  readonly kills: number;
  readonly failures: number;
  readonly failuresByReason: Readonly<Record<string, number>>;
  readonly slowestMs: number;
};

const STOP_LIMIT_MS = 40_000;
const HABITS = { pauseMs: 2, mayBeRefused: () => false };

export async function crash(name: TargetName, options: Options): Promise<CrashResult> {
  const target = await startTarget(name, options);
  const connections = options.connections[0] ?? 50;
  const tally = new Tally();
  try {
    const clients = makeClients(connections, target, options, tally, HABITS);
    const running = clients.map((client) => client.run());
    const kills = await killAgainAndAgain(target, options);
    for (const client of clients) client.stop();
    await Promise.all(running);
    const { answers, failures, failuresByReason, slowestMs } = tally;
    const requests = answers + failures;
    return { target: name, connections, requests, kills, failures, failuresByReason, slowestMs };
  } finally {
    await target.server.terminate(STOP_LIMIT_MS);
  }
}

/** @returns how many workers were killed. */
async function killAgainAndAgain(target: Target, options: Options): Promise<number> {
  const endMs = performance.now() + options.seconds * 1000;
  let kills = 0;
  while (performance.now() + options.everyMs < endMs) {
    await pause(options.everyMs);
    const pids = await target.workerPids();
    const victim = pids[Math.floor(Math.random() * pids.length)];
    if (victim !== undefined && kill(victim)) kills += 1;
  }
  await pause(endMs - performance.now());
  return kills;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It was gone already.
    return false;
  }
}

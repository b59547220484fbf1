/** One round: a stretch of load on one server, and what it cost that server. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadOrder, LoadResult } from './load.js';
import { cpuSpentNanos, processTree, readCpuTimes } from './process-tree.js';
import { ratio, sum } from './statistics.js';
import type { Target } from './targets.js';

export type Round = {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** CPU of the whole process tree for one request, in microseconds; then its two parts. */
  readonly cpuMicros: number;
  readonly masterMicros: number;
  readonly workersMicros: number;
};

const run = promisify(execFile);

export async function runRound(target: Target, order: LoadOrder): Promise<Round> {
  const root = target.server.pid;
  const before = readCpuTimes(processTree(root));
  const result = await load(order);
  const after = readCpuTimes(processTree(root));
  return roundOf(root, result, cpuSpentNanos(before, after));
}

/** Pure: what the figures of one round come to. */
export function roundOf(
  root: number,
  result: LoadResult,
  spentNanos: ReadonlyMap<number, number>,
): Round {
  const masterNanos = spentNanos.get(root) ?? 0;
  const allNanos = sum(spentNanos.values());
  const perRequestMicros = (nanos: number) => ratio(nanos / 1000, result.requests);
  return {
    requestsPerSecond: ratio(result.requests, result.seconds),
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    errors: result.errors,
    cpuMicros: perRequestMicros(allNanos),
    masterMicros: perRequestMicros(masterNanos),
    workersMicros: perRequestMicros(allNanos - masterNanos),
  };
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const program = fileURLToPath(new URL('load.js', import.meta.url));
  const { stdout } = await run(process.execPath, [program, JSON.stringify(order)], {
    // A load that hangs must not hang the run.
    timeout: (order.seconds + 60) * 1000,
  });
  return JSON.parse(stdout) as LoadResult;
}
